import Guest
import Support

/// `migrate`: asks threads to move, and waits in the kernel of their origin until it is known what became of it.
public struct MoveThreads: Sendable {
    public struct Options: Sendable {
        /// The origin that the process must have; `nil` for any.
        public var origin: String?
        /// How long to wait for a migration point.
        public var timeout: Duration = .seconds(10)
        /// Whether the words may mean several threads.
        public var all = false

        public init() {}
    }

    public enum Result: String, Codable, Sendable {
        case moved
        /// It was at the node already.
        case there
        case refused
        case exited
        /// It has not come to a migration point in time; the request stands.
        case late
    }

    /// What became of one thread.
    public struct Outcome: Codable, Sendable {
        public var program: String
        public var pid: Int32
        public var tid: Int32
        public var origin: String
        public var target: String
        public var result: Result
        /// Where it is, by name, if it lives and has not moved; where it was, if it has.
        public var node: String?
        /// From the request until the origin had sent it on and the target ran it, if it has moved.
        public var milliseconds: Double?
        /// Why it was refused.
        public var reason: String?
        /// Other hops that it made meanwhile, if it is late.
        public var otherHops: Int?
    }

    let access: LabAccess
    let options: Options

    public init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    /// - Throws: `LabError` if `selector` means nothing, or too much; a node that cannot be asked.
    public func callAsFunction(_ selector: ThreadSelector, to target: NodeRecord) async throws -> [Outcome] {
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
        _ matches: [ThreadSelector.Match], at origin: NodeRecord, _ session: GuestSession, to target: NodeRecord
    ) async throws -> [Outcome] {
        let threads = matches.flatMap { match in match.threads.map { "\(match.process.pid)/\($0.tid)" } }
        let result = try await session.exec(
            "exec popcorn-migrate move \(target.id) \(options.timeout.milliseconds) \(threads.joined(separator: " "))",
            deadline: .now + options.timeout + origin.timeScale(.seconds(10)))
        guard result.succeeded else {
            throw LabError(.commandFailed, "\(origin.name): popcorn-migrate: \(result.errorText)")
        }
        let answers = result.text.split(separator: "\n").compactMap { Answer(String($0)) }
        return try matches.flatMap { match in
            try match.threads.map { thread in
                guard let answer = answers.first(where: { $0.pid == match.process.pid && $0.tid == thread.tid }) else {
                    throw LabError(.commandFailed, "\(origin.name): popcorn-migrate answered: \(result.text)")
                }
                return outcome(of: answer, match.process, to: target)
            }
        }
    }

    private func outcome(of answer: Answer, _ process: MigratableProcess, to target: NodeRecord) -> Outcome {
        let place = answer.values.number("from", as: Int.self) ?? answer.values.number("node", as: Int.self)
        let nodes = access.record.nodes
        return Outcome(
            program: process.program, pid: process.pid, tid: answer.tid, origin: process.origin, target: target.name,
            result: answer.result,
            node: place.flatMap { nodes.indices.contains($0) ? nodes[$0].name : nil },
            milliseconds: answer.values.number("us", as: Double.self).map { $0 / 1000 },
            reason: answer.values.number("error").map(MoveRefusal.reason), otherHops: answer.values.number("hops"))
    }

    /// A line of `popcorn-migrate move`: `PID/TID RESULT KEY=VALUE…`.
    struct Answer {
        var pid: Int32
        var tid: Int32
        var result: Result
        var values: KeyValues

        init?(_ line: String) {
            let words = line.split(separator: " ")
            let ids = words.first?.split(separator: "/").compactMap { Int32($0) } ?? []
            guard words.count >= 2, ids.count == 2, let result = Result(rawValue: String(words[1])) else { return nil }
            (pid, tid, self.result, values) = (ids[0], ids[1], result, KeyValues(words.dropFirst(2)))
        }
    }
}
