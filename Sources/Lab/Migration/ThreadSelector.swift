import Support
import Topology

/// The threads that somebody means by `PROGRAM`, `PID` or `PID/TID`, as their origin numbers them.
package struct ThreadSelector: Sendable {
    private enum Process {
        case program(String)
        case pid(Int32)
    }

    /// A process and those of its threads that are meant.
    typealias Match = (process: MigratableProcess, threads: [MigratableProcess.Thread])

    /// What the kernel keeps of a program's name.
    private static let nameLength = 15

    private let text: String
    private let process: Process
    private let tid: Int32?

    /// - Throws: `LabError` for what is neither of the three.
    package init(_ text: String) throws {
        self.text = text
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count <= 2, let pid = Int32(parts[0]) {
            process = .pid(pid)
            tid = parts.count == 2 ? Int32(parts[1]) : nil
            guard parts.count == 1 || tid != nil else {
                throw LabError(.badArgument, "'\(text)' is no PID/TID", hint: "`popcorn-lab ps` lists both numbers")
            }
            return
        }
        guard let name = parts.last, !name.isEmpty else {
            throw LabError(.badArgument, "'\(text)' names no program", hint: "`popcorn-lab ps` lists them")
        }
        process = .program(String(name))
        tid = nil
    }

    /// - Parameters:
    ///   - origin: the node where the process was started, by name; `nil` if that does not matter.
    ///   - all: whether several may be meant.
    /// - Throws: `LabError` if none is meant, or several are and `all` is not set; it lists them.
    func matches(in processes: [MigratableProcess], origin: String?, all: Bool) throws -> [Match] {
        let here = processes.filter { origin == nil || $0.origin == origin }
        let found = here.filter(means).compactMap { process -> Match? in
            let threads = process.threads.filter { tid == nil || $0.tid == tid }
            return threads.isEmpty ? nil : (process, threads)
        }
        guard !found.isEmpty else {
            throw LabError(
                .badArgument,
                "no migratable process '\(text)' runs\(origin.map { " with origin \($0)" } ?? " in this lab")"
                    + NearestName.suggestion(for: text, among: here.map(\.program)),
                hint: "`popcorn-lab ps` lists those that do")
        }
        let count = found.reduce(0) { $0 + $1.threads.count }
        guard all || count == 1 else {
            throw LabError(
                .badArgument, "'\(text)' means \(count) threads",
                details: found.flatMap { match in match.threads.map { Self.describe(match.process, $0) } },
                hint: "name one of them as PID/TID, its origin by --on, or take --all")
        }
        return found
    }

    private func means(_ candidate: MigratableProcess) -> Bool {
        switch process {
        case .pid(let pid): candidate.pid == pid
        case .program(let name): candidate.program.utf8.elementsEqual(name.utf8.prefix(Self.nameLength))
        }
    }

    private static func describe(_ process: MigratableProcess, _ thread: MigratableProcess.Thread) -> String {
        "\(process.program) \(process.pid)/\(thread.tid), origin \(process.origin), now on \(thread.node)"
    }
}
