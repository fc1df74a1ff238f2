import FoundationEssentials
import Guest
import Support
import SystemPackage
import Topology
import Trace

/// `popcorn-record` in a guest: one process and one channel for all that a run wants to know of its node.
///
/// Every process that is started costs an emulated guest fifty milliseconds and more. One caller at a time.
package final class GuestRecorder: Sendable {
    /// What a guest sends at the end of a recording; the raw values name the frames.
    package enum Part: String, Sendable {
        /// Records of `/dev/kmsg`.
        case kernelLog = "dmesg"
        /// The message types of its kernel.
        case types
        /// The text of tracefs' `trace`.
        case trace
    }

    let guest: EmbeddedGuest
    private let writer: FileDescriptor
    /// A copy of the pipe's other end: who asks a guest whose connection broke must not get SIGPIPE.
    private let other: FileDescriptor
    private let command: FollowedCommand<RecorderFrame>

    /// How long the guest may be silent when an answer is due.
    var patience: Duration { guest.timeScale(.seconds(10)) }

    init(on guest: EmbeddedGuest) async throws {
        let (reader, writer) = try FileDescriptor.privatePipe()
        do {
            other = try SystemError.naming("copy a descriptor") { try reader.duplicatePrivately() }
        } catch {
            for end in [reader, writer] { try? end.close() }
            throw error
        }
        self.guest = guest
        self.writer = writer
        do {
            let frames = RecorderFrameReader()
            let command = try await FollowedCommand(
                in: try guest.programs(), startBy: guest.deadline(.seconds(10)), endBy: nil
            ) { hand in
                RemoteCommand(
                    "exec popcorn-record", input: .descriptor(reader.rawValue),
                    output: .bytes { frames.take($0, at: .now).forEach(hand) })
            }
            self.command = command
            // The session reads from the pipe as long as the command lives.
            Task {
                _ = await command.end.result
                try? reader.close()
            }
        } catch {
            for end in [reader, writer, other] { try? end.close() }
            throw error
        }
    }

    /// The end of its input ends the program; a trace that was begun and not collected goes after a while.
    deinit {
        for end in [writer, other] { try? end.close() }
    }

    /// Ends the program, and waits for that: a channel that is opened while another one closes may be refused.
    package func finish() async {
        try? ask("quit")
        _ = await command.end.result
    }

    /// The SHA-256 of files, in hex; `nil` for those that cannot be read.
    ///
    /// - Parameter paths: in the guest.
    package func digests(_ paths: [String]) async throws -> [String?] {
        for path in paths { try ask("digest \(path)") }
        var digests: [String?] = []
        for _ in paths {
            let digest = try await answer("digest").text
            digests.append(digest.isEmpty ? nil : digest)
        }
        return digests
    }

    /// Relates the guest's clock to the host's by questions and answers.
    ///
    /// - Parameter count: how many; the quickest answers have the smallest error bounds.
    package func clockSamples(_ count: Int) async throws -> [ClockSample] {
        var samples: [ClockSample] = []
        for _ in 0..<count {
            let before = HostTime.now
            try ask("clock")
            let frame = try await answer("clock")
            if let sample = Self.sample(frame.text, from: before, to: frame.time) { samples.append(sample) }
        }
        guard !samples.isEmpty else {
            throw guest.failure(
                "its kernel gives no time",
                hint: "`popcorn-lab exec \(guest.name) cat \(GuestFile.clock)` shows it where popcorn.ko is loaded")
        }
        return samples
    }

    /// Adds samples of the clock to a file, one a line.
    package func recordClock(_ count: Int, to path: String) async throws {
        let lines = try await clockSamples(count).map { try JSONEncoder().encode($0) + [0x0a] }
        try AtomicFile.append(lines.reduce(Data(), +), to: path)
    }

    /// Begins to record into a trace instance of its own.
    ///
    /// - Returns: the instance's name, by which another connection can collect it too.
    package func begin(bufferKiB: Int) async throws -> String {
        try ask("begin \(bufferKiB)")
        return try await answer("begin").text
    }

    /// Lets the guest make a trace instance for the next `begin`, without waiting for it.
    package func makeSpare(bufferKiB: Int) throws { try ask("spare \(bufferKiB)") }

    /// Stops a trace instance, and fetches what the kernel said and recorded; then the instance is free for others.
    ///
    /// - Parameters:
    ///   - instance: `nil` for what is recorded since the guest's boot, which goes on.
    ///   - files: where each part is to be written.
    package func end(instance: String?, files: [Part: String]) async throws {
        var sinks: [Part: FileDescriptor] = [:]
        defer { for sink in sinks.values { try? sink.close() } }
        for (part, path) in files {
            sinks[part] = try SystemError.naming("create \(path)") {
                try .open(bytesOf: path, .writeOnly, options: [.create, .truncate], permissions: 0o644)
            }
        }
        try ask("end \(instance ?? "-")")
        var problems: [String] = []
        while true {
            let frame = try await next()
            switch frame.name {
            case "error": problems.append("cannot \(frame.text)")
            case "end" where problems.isEmpty: return
            case "end": throw guest.failure(problems.joined(separator: "; "))
            default:
                guard let part = Part(rawValue: frame.name), let sink = sinks[part] else { continue }
                try AtomicFile.writeAll(frame.bytes, to: sink.rawValue, name: files[part] ?? frame.name)
            }
        }
    }

    func ask(_ line: String) throws {
        guard !line.contains("\n") else {
            throw ContractError(
                .badRequest, "'\(line.replacing("\n", with: "\\n"))' has a line break, which no name may have")
        }
        try AtomicFile.writeAll(Array("\(line)\n".utf8), to: writer.rawValue, name: "\(guest.name)'s popcorn-record")
    }

    /// - Parameter patience: how long the guest may be silent; `nil` for what an answer takes that is ready.
    func answer(_ name: String, patience: Duration? = nil) async throws -> RecorderFrame {
        let frame = try await next(patience)
        guard frame.name != "error" else { throw guest.failure("cannot \(frame.text)") }
        guard frame.name == name else {
            throw guest.failure("popcorn-record answers '\(frame.name)' for '\(name)'")
        }
        return frame
    }

    func next(_ longer: Duration? = nil) async throws -> RecorderFrame {
        let watchdog = Task { [patience = longer ?? patience, end = command.end] in
            try await Task.sleep(for: patience)
            end.cancel()
        }
        defer { watchdog.cancel() }
        var frames = command.output.makeAsyncIterator()
        guard let frame = await frames.next() else { throw await absence(after: longer ?? patience) }
        return frame
    }

    /// Why no more answers come.
    private func absence(after patience: Duration) async -> any Error {
        if Task.isCancelled { return CancellationError() }
        do {
            let result = try await command.end.value
            return guest.failure(
                "popcorn-record ended with \(result.exitCode): \(result.errorText)",
                hint: "a guest from before an update of popcorn-lab has to be brought up anew: `popcorn-lab down`, `up`"
            )
        } catch is CancellationError {
            return GuestError(.timeout, node: guest.name, "popcorn-record was silent for \(patience.formattedSeconds)")
        } catch {
            return error
        }
    }

    /// Makes a reading of `local=NS`, and of `grain=NS` for a clock that goes by ticks.
    static func sample(_ line: String, from before: HostTime, to after: HostTime) -> ClockSample? {
        let values = KeyValues(line.split(whereSeparator: \.isWhitespace))
        guard let local: Int64 = values.number("local") else { return nil }
        let grain: Int64 = values.number("grain") ?? 0
        // No kernel stamps finer than µs, which is no tick.
        return ClockSample(
            hostBefore: before, guest: GuestTime(nanoseconds: local), hostAfter: after,
            grain: grain >= shortestTick ? grain : 0)
    }

    /// ns; a kernel with CONFIG_HZ=1000 ticks each ms.
    private static let shortestTick: Int64 = 500_000
}

extension HostTime {
    /// CLOCK_REALTIME, which captures carry too.
    package static var now: HostTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return HostTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
