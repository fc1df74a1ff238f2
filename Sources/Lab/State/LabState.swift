import GuestContract
import Support

/// What the nodes of a lab have at one moment, or why they do not say.
package struct LabState: Sendable {
    /// By the node's name, those that have answered.
    package var nodes: [String: NodeState] = [:]
    /// By the node's name, why it has not.
    package var unreachable: [String: String] = [:]

    /// Puts together what was found out already.
    package init(nodes: [String: NodeState] = [:], unreachable: [String: String] = [:]) {
        self.nodes = nodes
        self.unreachable = unreachable
    }
}

extension LabAccess {
    /// Asks every node for its state, all at once, over connections of its own.
    package func states() async -> LabState {
        await ask { recorder, _ in try await recorder.state() }
    }

    /// `states()` over open connections, whose recorders nobody else may use meanwhile.
    package func states(of nodes: [RecordedNode]) async -> LabState {
        await ask(nodes) { recorder, _ in try await recorder.state() }
    }

    /// Waits until no program has left anything on any node, and returns what there is then.
    ///
    /// It waits in the guests' kernels for what happens there; nobody polls.
    /// - Parameters:
    ///   - limit: as it is, whatever the guests run on. After it, `StateDifference` says what is left.
    ///   - before: an earlier state; what was there then is not waited for where the kernel tells of processes alone.
    package func awaitRest(limit: Duration, since before: LabState = LabState()) async -> LabState {
        await ask { try await $0.rest(within: limit, since: before.nodes[$1]) }
    }

    /// `awaitRest(limit:since:)` over open connections, whose recorders nobody else may use meanwhile.
    package func awaitRest(
        of nodes: [RecordedNode], limit: Duration, since before: LabState = LabState()
    ) async -> LabState {
        await ask(nodes) { try await $0.rest(within: limit, since: before.nodes[$1]) }
    }

    /// Begins something new on all nodes: makes the counters of the message layers zero, and writes `mark` into the kernels'
    /// logs.
    ///
    /// - Returns: the state after that, by which `StateDifference` tells what has happened since.
    package func begin(mark: String) async -> LabState {
        await ask { recorder, _ in try await recorder.begin(mark: mark) }
    }

    /// `begin(mark:)` over open connections, whose recorders nobody else may use meanwhile.
    package func begin(mark: String, on nodes: [RecordedNode]) async -> LabState {
        await ask(nodes) { recorder, _ in try await recorder.begin(mark: mark) }
    }

    /// Of a node's recorder, with the node's name.
    private typealias Question = @Sendable (GuestRecorder, String) async throws -> NodeState

    private func ask(_ question: @escaping Question) async -> LabState {
        await collect(
            record.nodes.map { node in
                (
                    node.name,
                    {
                        try await withSession(node) { session in
                            let recorder = try await RecordedNode(node, session).answering()
                            let state = try await question(recorder, node.name)
                            await recorder.finish()
                            return state
                        }
                    }
                )
            })
    }

    private func ask(_ nodes: [RecordedNode], _ question: @escaping Question) async -> LabState {
        await collect(
            nodes.map { node in
                (node.node.name, { try await question(try await node.answering(), node.node.name) })
            })
    }

    private func collect(
        _ questions: [(node: String, ask: @Sendable () async throws -> NodeState)]
    ) async -> LabState {
        await withTaskGroup(of: Answer.self) { group in
            for (node, ask) in questions { group.addTask { await Answer(of: node, to: ask) } }
            return await group.reduce(into: LabState()) { state, answer in
                state.nodes[answer.node] = answer.state
                state.unreachable[answer.node] = answer.problem
            }
        }
    }
}

/// What a node has answered, or why it has not.
///
/// A task group of `(String, Result<NodeState, any Error>)` said the same, and crashed in every optimised build (Swift 6.3).
private struct Answer: Sendable {
    var node: String
    var state: NodeState?
    var problem: String?

    init(of node: String, to ask: @Sendable () async throws -> NodeState) async {
        self.node = node
        do { state = try await ask() } catch { problem = error.sentence }
    }
}

extension GuestRecorder {
    fileprivate func rest(within limit: Duration, since before: NodeState?) async throws -> NodeState {
        _ = try await awaitRest(limit: limit, besides: Set(before?.strays.keys.map(\.self) ?? []))
        return try await state()
    }

    fileprivate func begin(mark text: String) async throws -> NodeState {
        try await resetCounters()
        try await mark(text)
        return try await state()
    }
}
