import Guest
import GuestContract
import Support
import Topology

/// A lab that exists, as the commands that use it see it. It needs no hypervisor.
package struct LabAccess: Sendable {
    /// Where this user's files are, and which files ship with popcorn-lab.
    package let environment: LabEnvironment
    /// The lab's record as it was when this was made; it does not follow later changes.
    package let record: LabRecord
    /// The paths of the lab's files: its keys, its nodes' logs and its sockets.
    package let paths: LabPaths

    /// - Throws: `LabError` if there is no such lab.
    package init(environment: LabEnvironment, name: String) throws {
        self.environment = environment
        record = try environment.store.existing(name)
        paths = environment.store.paths(name)
    }

    /// Checks that the lab's kernels offer what a command is about to ask of them.
    ///
    /// - Throws: `LabError` with what to do instead.
    package func require(_ operation: KernelInterface.Operation) throws {
        for node in record.nodes {
            guard let interface = node.interface, let instead = interface.unavailable[operation] else { continue }
            throw LabError(
                .notOffered, "\(node.name)'s kernel (\(interface.name)) does not offer this (\(operation.rawValue))",
                hint: instead)
        }
    }

    /// The node that somebody means by its name, its id, or the ISA that only it has.
    package func node(_ text: String) throws -> NodeRecord { record.nodes[try record.spec.nodeID(text)] }

    /// Some nodes, or all if none is named.
    package func nodes(_ names: [String]) throws -> [NodeRecord] {
        names.isEmpty ? record.nodes : try names.map(node)
    }

    /// Connects to a node for the time of `body`.
    package func withSession<Result: Sendable>(
        _ node: NodeRecord, _ body: @Sendable (any GuestConnection) async throws -> Result
    ) async throws -> Result {
        let session = try await node.connect(paths)
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// Connects to several nodes at once for the time of `body`.
    func withSessions<Result: Sendable>(
        _ nodes: [NodeRecord], _ body: @Sendable ([NodeSession]) async throws -> Result
    ) async throws -> Result {
        try await withSessions(nodes, { NodeSession(node: $0, session: $1) }, body)
    }

    /// Connects to several nodes at once for the time of `body`, and makes something of each connection as soon as it stands.
    func withSessions<Item: Sendable, Result: Sendable>(
        _ nodes: [NodeRecord], _ item: @escaping @Sendable (NodeRecord, any GuestConnection) async throws -> Item,
        _ body: @Sendable ([Item]) async throws -> Result
    ) async throws -> Result {
        let opened = try await Self.inParallel(nodes) { node in
            let session = try await node.connect(paths)
            return (session: session, item: try await item(node, session))
        }
        do {
            let result = try await body(opened.map(\.item))
            for session in opened.map(\.session) { await session.close() }
            return result
        } catch {
            for session in opened.map(\.session) { await session.close() }
            throw error
        }
    }

    /// Runs `body` on several open sessions at once; results come in the order of the nodes.
    package func onEach<Result: Sendable>(
        _ sessions: [NodeSession], _ body: @escaping @Sendable (NodeRecord, any GuestConnection) async throws -> Result
    ) async throws -> [Result] {
        try await Self.inParallel(sessions) { try await body($0.node, $0.session) }
    }

    /// Connects to several nodes and runs `body` on each, all at once; results come in the order of the nodes.
    package func onEach<Result: Sendable>(
        _ nodes: [NodeRecord], _ body: @escaping @Sendable (NodeRecord, any GuestConnection) async throws -> Result
    ) async throws -> [Result] {
        try await Self.inParallel(nodes) { node in try await withSession(node) { try await body(node, $0) } }
    }

    @discardableResult
    static func inParallel<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, item) in items.enumerated() { group.addTask { (index, try await body(item)) } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// An open connection to a node.
package struct NodeSession: Sendable {
    /// The node at the other end.
    package let node: NodeRecord
    /// The SSH session; whoever opened it closes it when its `body` returns.
    package let session: any GuestConnection

    var guest: EmbeddedGuest { node.guest(session) }
}
