import Guest
import GuestContract

/// A node with an open connection, and what records it there.
package struct RecordedNode: Sendable {
    /// The node at the other end.
    package let node: NodeRecord
    /// Whoever opened it closes it.
    package let session: any GuestConnection
    /// What records there, and answers; `nil` in a guest with files of its user's own.
    package let recorder: GuestRecorder?
    /// The tracefs instance that it has begun, if it has.
    var instance: String?
    /// How long the capture of its packets was when the run began, if there is one; `nil` for all since the boot.
    var captureStart: Int64?

    /// Starts what records in the node's guest, unless its files are its user's own.
    init(_ node: NodeRecord, _ session: any GuestConnection) async throws {
        self.node = node
        self.session = session
        recorder = node.spec.system == nil ? try await node.guest(session).recorder() : nil
    }

    /// The guest, over this connection.
    package var guest: EmbeddedGuest { node.guest(session) }

    /// The same run's, over another connection, after this one broke.
    func again(over session: any GuestConnection) async throws -> RecordedNode {
        var other = try await RecordedNode(node, session)
        (other.instance, other.captureStart) = (instance, captureStart)
        return other
    }

    /// What answers in the guest.
    ///
    /// - Throws: `ContractError.Code.notOffered` in a guest with files of its user's own.
    func answering() async throws -> GuestRecorder {
        if let recorder { return recorder }
        return try await guest.recorder()
    }
}

extension LabAccess {
    /// Connects to all nodes, and starts what records there, for the time of `body`.
    package func withRecorders<Result: Sendable>(
        _ body: @Sendable ([RecordedNode]) async throws -> Result
    ) async throws -> Result {
        try await withSessions(record.nodes, { try await RecordedNode($0, $1) }, body)
    }
}
