import Guest
import GuestContract

/// A node with an open connection, and what records it there.
package struct RecordedNode: Sendable {
    let node: NodeRecord
    let session: GuestSession
    let recorder: GuestRecorder
    /// The tracefs instance that it has begun, if it has.
    var instance: String?
}

extension LabAccess {
    /// Connects to all nodes, and starts what records there, for the time of `body`.
    package func withRecorders<Result: Sendable>(
        _ body: @Sendable ([RecordedNode]) async throws -> Result
    ) async throws -> Result {
        try await withSessions(
            record.nodes,
            { RecordedNode(node: $0, session: $1, recorder: try await $0.guest($1).recorder()) }, body)
    }
}
