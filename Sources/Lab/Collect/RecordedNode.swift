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

    /// The guest, over this connection.
    package var guest: EmbeddedGuest { node.guest(session) }
}

extension LabAccess {
    /// Connects to all nodes, and starts what records there, for the time of `body`.
    package func withRecorders<Result: Sendable>(
        _ body: @Sendable ([RecordedNode]) async throws -> Result
    ) async throws -> Result {
        try await withSessions(
            record.nodes,
            { RecordedNode(node: $0, session: $1, recorder: try await $0.recorder($1)) }, body)
    }
}

extension NodeRecord {
    /// Starts what records in the node's guest; `nil` in one with files of its user's own.
    func recorder(_ session: any GuestConnection) async throws -> GuestRecorder? {
        spec.system == nil ? try await guest(session).recorder() : nil
    }
}
