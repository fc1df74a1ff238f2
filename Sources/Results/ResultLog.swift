import FoundationEssentials
import Support
import SystemPackage

/// What happens in a run, one line each, appended as it happens: a runner that is killed leaves all but its last case.
package enum RunEvent: Codable, Sendable, Equatable {
    /// The first line.
    case began(RunHeader)
    case booted(Boot)
    /// A try of a case ended.
    case tried(id: String, Attempt)
    /// A try of a case on the reference build ended.
    case referenceTried(id: String, Attempt)
    /// What a look at the lab found after that try.
    case diagnosed(id: String, number: Int, findings: [String])
    /// A case will not be run, for this reason.
    case skipped(id: String, reason: String)
    /// What has become so far of the tasks that run the shards.
    case tasks(TaskCounts)
    /// This part of the run took so long, and ended by itself or was stopped.
    case ended(seconds: Double, interrupted: Bool)
}

/// The append-only log of a run.
package final class ResultLog: Sendable {
    /// The file's name in a run's directory.
    package static let fileName = "events.jsonl"

    private let path: String
    /// The bytes of the file up to the end of its last whole line.
    private let length: Guarded<Int64>

    /// Appends to a file, which is made with the first line. A last line without its end, which a killed runner may leave,
    /// is overwritten.
    package init(path: String) throws {
        self.path = path
        let bytes = try AtomicFile.read(path) ?? Data()
        length = Guarded(Int64(bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0))
    }

    /// Adds a line, which is on the disk when this returns.
    ///
    /// - Throws: `SystemError`, for a full disk among others. What was written before is still whole, and another try may
    ///   succeed.
    package func append(_ event: RunEvent) throws {
        let line = try JSONEncoder().encode(event) + [0x0a]
        try length.withLock { length in
            let file = try SystemError.naming("open \(path)") {
                try FileDescriptor.open(bytesOf: path, .writeOnly, options: [.create], permissions: 0o644)
            }
            defer { try? file.close() }
            guard ftruncate(file.rawValue, off_t(length)) == 0, lseek(file.rawValue, off_t(length), SEEK_SET) >= 0
            else {
                throw SystemError("shorten \(path)")
            }
            try AtomicFile.writeAll(line, to: file.rawValue, name: path)
            guard fsync(file.rawValue) == 0 else { throw SystemError("flush \(path)") }
            length += Int64(line.count)
        }
    }

    /// Puts a run together from its log.
    ///
    /// A last line without its end, which a killed runner may leave, does not count.
    /// - Throws: `CodedError<ResultErrorCode>` for a file that is no log; `SystemError` for one that cannot be read.
    package static func replay(_ path: String) throws -> RunResults {
        guard let results = RunResults(events: try events(path)) else {
            throw ResultError(.damaged, "\(path) does not say which run it is of")
        }
        return results
    }

    /// The events of a log, in order; a last line without its end does not count.
    ///
    /// - Throws: `CodedError<ResultErrorCode>` for a file that is no log; `SystemError` for one that cannot be read.
    package static func events(_ path: String) throws -> [RunEvent] {
        let bytes = try AtomicFile.contents(of: path)
        let end = bytes.lastIndex(of: 0x0a) ?? bytes.startIndex
        return try bytes[..<end].split(separator: 0x0a).enumerated().map { number, line in
            do {
                return try JSONDecoder().decode(RunEvent.self, from: Data(line))
            } catch {
                throw ResultError(.damaged, "\(path): line \(number + 1) is no event of a run: \(error)")
            }
        }
    }
}

extension RunResults {
    /// Puts a run together from what happened in it; `nil` if that does not say which run it is.
    package init?(events: some Sequence<RunEvent>) {
        var header: RunHeader?
        var boots: [Boot] = []
        var attempts: [String: [Attempt]] = [:]
        var references: [String: [Attempt]] = [:]
        var reasons: [String: String] = [:]
        var seconds = 0.0
        var state = State.unfinished
        var tasks: TaskCounts?
        for event in events {
            state = .unfinished
            switch event {
            case .began(let found): header = header ?? found
            case .booted(let boot): boots.append(boot)
            case .tried(let id, let attempt): attempts[id, default: []].append(attempt)
            case .referenceTried(let id, let attempt): references[id, default: []].append(attempt)
            case .diagnosed(let id, let number, let findings):
                for index in (attempts[id] ?? []).indices where attempts[id]?[index].number == number {
                    attempts[id]?[index].diagnosis = findings
                }
            case .skipped(let id, let reason): reasons[id] = reason
            case .tasks(let counts): tasks = counts
            case .ended(let length, let interrupted):
                seconds += length
                state = interrupted ? .interrupted : .complete
            }
        }
        guard let header else { return nil }
        let cases = header.cases.map { plan in
            let tries = attempts[plan.id] ?? []
            return CaseResult(
                plan: plan, attempts: tries, reference: references[plan.id],
                reason: tries.isEmpty ? reasons[plan.id] ?? "the run ended before" : nil,
                reproduce: header.commandLine(reproducing: plan))
        }
        self.init(run: header, state: state, seconds: seconds, boots: boots, cases: cases)
        self.tasks = tasks
    }
}

/// What can be wrong with files of results.
package typealias ResultError = CodedError<ResultErrorCode>

/// The codes of `ResultError`.
package enum ResultErrorCode: ErrorCode {
    /// A file is not what it should be.
    case damaged
    /// A newer popcorn-lab has written it.
    case newer
    /// There is no such run or case.
    case unknown

    package var exitStatus: ExitStatus {
        switch self {
        case .damaged, .newer: .failure
        case .unknown: .usage
        }
    }
}
