/// A command in a guest whose output is read while it runs.
package struct FollowedCommand<Piece: Sendable>: Sendable {
    /// Ends with the command: a guest that lacks the program leaves nobody waiting for its words.
    package let output: AsyncStream<Piece>
    /// Cancelling it ends the command.
    package let end: Task<RemoteResult, any Error>

    /// - Parameter command: is given what its output is to be handed to.
    package init(
        in session: GuestSession, startBy start: ContinuousClock.Instant?, endBy end: ContinuousClock.Instant?,
        _ command: (_ hand: @escaping @Sendable (Piece) -> Void) -> RemoteCommand
    ) async throws {
        let (output, sink) = AsyncStream.makeStream(of: Piece.self)
        let process = try await session.start(command { sink.yield($0) }, deadline: start)
        self.output = output
        self.end = Task {
            defer { sink.finish() }
            return try await process.wait(deadline: end)
        }
    }
}
