import GuestContract
import Hypervisor
import Support

/// Looks after the nodes of a lab while a command needs them.
///
/// Kernels wait for a peer that is silent, since it may come back. The host knows better when a guest's QEMU has ended: then the
/// kernels that live are told at once. And whoever waits is told for whom.
package struct PeerCare: Sendable {
    /// Something that somebody who waits would like to know.
    package enum Event: Sendable, Equatable {
        /// A node is silent.
        case silent(Silence)
        /// It has been heard again.
        case heard(node: String, milliseconds: Int)
        /// Its QEMU has ended.
        case ended(node: String)
    }

    let access: LabAccess

    /// Prepares to look after the lab that `access` gives.
    package init(access: LabAccess) { self.access = access }

    /// Runs `body`, and looks after the nodes meanwhile; `report` may be called from any task.
    ///
    /// - Throws: what `body` throws.
    package func during<Result: Sendable>(
        _ report: @escaping @Sendable (Event) -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        let silent = SilentNodes()
        let care = Task { await look(report, silent) }
        do {
            let result = try await body()
            await Self.end(care, silent)
            return result
        } catch {
            await Self.end(care, silent)
            throw error
        }
    }

    /// What has just let `body` go on may have been the word of a node that was silent.
    private static func end(_ care: Task<Void, Never>, _ silent: SilentNodes) async {
        await silent.awaitNone(within: .milliseconds(500))
        care.cancel()
        await care.value
    }

    private func look(_ report: @escaping @Sendable (Event) -> Void, _ silent: SilentNodes) async {
        guard let events = try? GuestWatch(access: access, severity: .panic).events() else { return }
        for await event in events {
            switch event.kind {
            case .trouble: break
            case .ended:
                report(.ended(node: event.node))
                await access.announceEnd(of: event.node)
            case .peer(let news): tell(news, seenBy: event.node, silent, report)
            }
        }
    }

    /// Of what several nodes say of one, the first counts; what they say of a node that has ended is no news.
    private func tell(
        _ news: PeerNews, seenBy witness: String, _ silent: SilentNodes, _ report: @Sendable (Event) -> Void
    ) {
        let nodes = access.record.nodes
        switch news {
        case .silent(let peer, let milliseconds, let waiting):
            guard nodes.indices.contains(peer), silent.insert(peer),
                QEMUProcess.find(uuid: nodes[peer].uuid) != nil
            else { return }
            report(
                .silent(
                    Silence(node: nodes[peer].name, milliseconds: milliseconds, seenBy: witness, waiting: waiting)))
        case .heard(let peer, let milliseconds):
            guard nodes.indices.contains(peer), silent.contains(peer) else { return }
            report(.heard(node: nodes[peer].name, milliseconds: milliseconds))
            silent.remove(peer)
        case .lost: break
        }
    }
}

/// The nodes, by id, whose silence was told and whose return was not.
private final class SilentNodes: Sendable {
    private let ids = Guarded<Set<Int>>([])
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() { (changes, changed) = AsyncStream.makeStream(of: Void.self) }

    func contains(_ id: Int) -> Bool { ids.withLock { $0.contains(id) } }

    /// Whether it was not among them.
    func insert(_ id: Int) -> Bool { ids.withLock { $0.insert(id).inserted } }

    func remove(_ id: Int) {
        ids.withLock { _ = $0.remove(id) }
        changed.yield()
    }

    /// Returns when there is none, or after `limit`. For one caller.
    func awaitNone(within limit: Duration) async {
        let isEmpty = { @Sendable in self.ids.withLock { $0.isEmpty } }
        guard !isEmpty() else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.changes where isEmpty() { return } }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}

extension LabAccess {
    /// Tells the kernels that live that a node's QEMU has ended, so that they wait for it no longer.
    ///
    /// One that cannot be told finds out by itself, after the message layer's own time. A node that runs again is not given up.
    package func announceEnd(of name: String) async {
        guard let dead = record.nodes.first(where: { $0.name == name }) else { return }
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        await withTaskGroup(of: Void.self) { group in
            for node in record.nodes where node.id != dead.id && alive[node.uuid] != nil {
                group.addTask { try? await announceEnd(of: dead, to: node) }
            }
        }
    }

    private func announceEnd(of dead: NodeRecord, to node: NodeRecord) async throws {
        try await withAnsweringSession(node) { session in
            let guest = node.guest(session)
            let peer = try await guest.peers().peers.first { $0.id == dead.id && $0.state.takesPart }
            // In this order: who has come to life since the table was read has another boot id than that in it.
            guard let bootID = peer?.bootID, QEMUProcess.find(uuid: dead.uuid) == nil else { return }
            try await guest.giveUp(peer: dead.id, bootID: bootID)
        }
    }
}
