import Guest
import GuestContract
import Support

/// `migrate`: asks threads to move, and waits in the kernel of their origin until it is known what became of it.
package struct MoveThreads: Sendable {
    /// Which threads may be meant, and how long to wait for them.
    package struct Options: Sendable {
        /// The origin that the process must have; `nil` for any.
        package var origin: String?
        /// How long to wait for a migration point.
        package var timeout: Duration = .seconds(10)
        /// Whether the words may mean several threads.
        package var all = false

        /// One thread, of a process with any origin, and 10 s for it.
        package init() {}
    }

    /// What became of one thread.
    package struct Outcome: Codable, Sendable {
        /// The program's name as the kernel keeps it: 15 bytes at most.
        package var program: String
        /// The process's id at its origin.
        package var pid: Int32
        /// The thread's id at the origin, wherever it is.
        package var tid: Int32
        /// The node where the process was started, by name.
        package var origin: String
        /// The node that the thread was asked to go to, by name.
        package var target: String
        /// Whether it has moved, as `popcorn-migrate move` in the origin's guest says.
        package var result: MoveResult
        /// Where it is, by name, if it lives and has not moved; where it was, if it has.
        package var node: String?
        /// From the request until the origin had sent it on and the target ran it, if it has moved.
        package var milliseconds: Double?
        /// Why it was refused.
        package var reason: String?
        /// Other hops that it made meanwhile, if it is late.
        package var otherHops: Int?
    }

    let access: LabAccess
    let options: Options

    /// Prepares to move threads in the lab that `access` gives; nothing is asked yet.
    package init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    /// Moves the threads that `selector` means.
    ///
    /// - Throws: `LabError` if `selector` means nothing, or too much; a node that cannot be asked.
    package func move(_ selector: ThreadSelector, to target: NodeRecord) async throws -> [Outcome] {
        try access.require(.migrate)
        let origin = try options.origin.map { try access.node($0).name }
        let known = try await access.migratableProcesses()
        let matches: [ThreadSelector.Match]
        do {
            matches = try selector.matches(in: known.processes, origin: origin, all: options.all)
        } catch let error as LabError where !known.unreachable.isEmpty {
            let silent = known.unreachable.sorted { $0.key < $1.key }.map { "\($0.key) was not asked: \($0.value)" }
            throw LabError(error.code, error.summary, details: error.details + silent, hint: error.hint)
        }
        let nodes = try access.nodes(Set(matches.map(\.process.origin)).sorted())
        let outcomes = try await access.onEach(nodes) { node, session in
            let here = matches.filter { $0.process.origin == node.name }
            return try await move(here, at: node, session, to: target)
        }
        return outcomes.flatMap(\.self)
    }

    private func move(
        _ matches: [ThreadSelector.Match], at origin: NodeRecord, _ session: any GuestConnection, to target: NodeRecord
    ) async throws -> [Outcome] {
        let threads = matches.flatMap { match in
            match.threads.map { (process: match.process, id: ThreadID(pid: match.process.pid, tid: $0.tid)) }
        }
        let answers = try await origin.guest(session).move(threads.map(\.id), to: target.id, timeout: options.timeout)
        return zip(threads, answers).map { outcome(of: $1, $0.process, to: target) }
    }

    private func outcome(of answer: MoveAnswer, _ process: MigratableProcess, to target: NodeRecord) -> Outcome {
        let nodes = access.record.nodes
        return Outcome(
            program: process.program, pid: process.pid, tid: answer.thread.tid, origin: process.origin,
            target: target.name, result: answer.result,
            node: answer.node.flatMap { nodes.indices.contains($0) ? nodes[$0].name : nil },
            milliseconds: answer.microseconds.map { $0 / 1000 }, reason: answer.reason, otherHops: answer.otherHops)
    }
}
