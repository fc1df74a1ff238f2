import GuestContract
import Support

/// A process whose threads can move between the nodes of a lab, put together from what all nodes know of it.
package struct MigratableProcess: Codable, Sendable, Equatable {
    /// A thread of it, as its origin knows it.
    package struct Thread: Codable, Sendable, Equatable {
        /// At the origin.
        package var tid: Int32
        /// Where it is, by name.
        package var node: String
        /// Its id there; `nil` if that node has not said.
        var tidThere: Int32?
        /// `false` while it is on its way to `node`.
        package var hasArrived: Bool
        /// How many moves it has made; its returns to the origin count, too.
        package var hops: Int
        /// Moves that failed.
        package var refused: Int
        /// `nil` if it has never moved.
        package var secondsSinceMove: Double?
    }

    /// The program's name as the kernel keeps it: 15 bytes at most.
    package var program: String
    /// At the origin.
    package var pid: Int32
    /// The node where it was started, by name.
    package var origin: String
    /// Of all its threads, those that have ended included.
    package var hops: Int
    /// System calls that were done at the origin for threads elsewhere.
    var delegatedCalls: Int
    /// Pages of shared memory that each node holds, by its name.
    package var pages: [String: Int]
    /// Those that its origin lists, in the order of their ids there.
    package var threads: [Thread]
}

/// The migratable processes of a lab, and the nodes that could not be asked.
package struct MigratableProcesses: Codable, Sendable {
    /// In the order of their origins' node ids; those of one origin as its kernel lists them.
    package var processes: [MigratableProcess] = []
    /// Why, by the node's name.
    package var unreachable: [String: String] = [:]
    /// Nodes of which others hear nothing.
    package var silences: [Silence] = []

    /// - Parameters:
    ///   - tables: what each node says, by its id.
    ///   - names: of the nodes, by id.
    init(_ tables: [Int: NodeProcessTable], names: [String]) {
        func name(_ id: Int) -> String { names.indices.contains(id) ? names[id] : "node \(id)" }
        for (origin, table) in tables.sorted(by: { $0.key < $1.key }) {
            processes += table.processes.map { process in
                let workers = tables.compactMapValues { other in other.workers.first { $0.id == process.id } }
                var pages = Dictionary(uniqueKeysWithValues: workers.map { (name($0.key), $0.value.pages) })
                pages[name(origin)] = process.pages
                let threads = process.threads.map { thread in
                    MigratableProcess.Thread(
                        tid: thread.tid, node: name(thread.node),
                        tidThere: thread.node == origin ? thread.tid : workers[thread.node]?.hosts[thread.tid],
                        hasArrived: thread.hasArrived, hops: thread.hops, refused: thread.refused,
                        secondsSinceMove: thread.sinceMove.map { Double($0) / 1e6 })
                }
                return MigratableProcess(
                    program: process.program, pid: process.pid, origin: name(origin), hops: process.hops,
                    delegatedCalls: process.calls, pages: pages, threads: threads.sorted { $0.tid < $1.tid })
            }
        }
    }
}

/// What one node's kernel tells of processes that can move.
package struct OwnProcesses: Codable, Sendable {
    /// The node's name.
    package var node: String
    /// The content of the kernel's file.
    package var text: String
}

extension LabAccess {
    /// Asks every node for its processes. The answers are not of one moment: a thread may hop between two of them.
    package func migratableProcesses() async throws -> MigratableProcesses {
        try require(.ps)
        let answers = await withTaskGroup(of: NodeAnswer.self) { group in
            for node in record.nodes { group.addTask { await processes(of: node) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let names = record.nodes.map(\.name)
        var result = MigratableProcesses(
            answers.reduce(into: [:]) { tables, answer in tables[answer.node.id] = answer.processes }, names: names)
        for answer in answers.sorted(by: { $0.node.id < $1.node.id }) {
            result.unreachable[answer.node.name] = answer.problem
            for peer in answer.peers where peer.state == .silent && names.indices.contains(peer.id) {
                result.silences.append(Silence(of: peer, named: names[peer.id], seenBy: answer.node.name))
            }
        }
        return result
    }

    /// What kernels of the user's own tell of processes that can move, in their own words, by node.
    ///
    /// - Returns: `nil` if the lab's kernels speak ours.
    package func ownProcesses() async throws -> [OwnProcesses]? {
        guard let interface = record.nodes.lazy.compactMap(\.interface).first, interface.membership.message != nil
        else { return nil }
        try require(.ps)
        guard let file = interface.files[.processes] else {
            throw LabError(
                .notOffered, "kernels of the interface \(interface.name) have no file of processes",
                hint: "`files: {processes: PATH}` names it")
        }
        return try await onEach(record.nodes) { [record] node, session in
            let peers = record.nodes.filter { $0.id != node.id }.map(\.spec.address)
            return OwnProcesses(
                node: node.name,
                text: try await node.guest(session).ownProcesses(
                    file, port: interface.transport.port, peers: peers))
        }
    }

    /// What one node says, or why it does not.
    private struct NodeAnswer: Sendable {
        var node: NodeRecord
        var processes: NodeProcessTable?
        var peers: [PeerTable.Peer] = []
        var problem: String?
    }

    private func processes(of node: NodeRecord) async -> NodeAnswer {
        do {
            return try await withAnsweringSession(node) { session in
                let said = try await node.guest(session).processesAndPeers()
                return NodeAnswer(node: node, processes: said.processes, peers: said.peers.peers)
            }
        } catch {
            return NodeAnswer(node: node, problem: error.sentence)
        }
    }
}
