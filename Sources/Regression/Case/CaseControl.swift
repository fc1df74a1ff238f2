import Results
import Support

/// What may end a case before its program does, and what is known of that.
final class CaseControl: Sendable {
    /// Why we ended the program.
    enum Reason: Sendable {
        case guestDied
        case tooMuchOutput
        case timeIsOver
    }

    private struct State {
        var deaths: [CaseObservation.Death] = []
        var reason: Reason?
        var end: (@Sendable () -> Void)?
    }

    private let state = Guarded(State())
    /// When the program was started; `nil` if it never was.
    let start: Task<ContinuousClock.Instant?, Never>
    private let starter: AsyncStream<ContinuousClock.Instant>.Continuation
    private let deathNotes: AsyncStream<Void>
    private let deathNoter: AsyncStream<Void>.Continuation

    init() {
        (deathNotes, deathNoter) = AsyncStream.makeStream(of: Void.self)
        let (instants, starter) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        self.starter = starter
        start = Task { await instants.first { _ in true } }
    }

    /// What ends the program's run. If there is a reason for that already, it is called at once.
    func onEnd(_ end: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.end = end
            return state.reason != nil
        }
        if isLate { end() }
    }

    func programStarted() { starter.yield(.now) }

    /// The try is over; a program that has not been started will not be.
    func close() {
        starter.finish()
        deathNoter.finish()
    }

    /// Returns when a guest has gone, or after `limit`. For one caller.
    func awaitDeath(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.deathNotes { return } }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Ends the program; the first reason counts.
    func end(_ reason: Reason) {
        let end = state.withLock { state in
            state.reason = state.reason ?? reason
            return state.end
        }
        end?()
    }

    /// A guest has gone, and the case perhaps ends with it; the first report of a node counts.
    func noteDeath(_ node: String, _ summary: String, endsCase: Bool) {
        let end = state.withLock { state in
            if !state.deaths.contains(where: { $0.node == node }) {
                state.deaths.append(CaseObservation.Death(node: node, summary: summary))
            }
            if endsCase { state.reason = state.reason ?? .guestDied }
            return endsCase ? state.end : nil
        }
        end?()
        deathNoter.yield()
    }

    var deaths: [CaseObservation.Death] { state.withLock { $0.deaths } }
    var reason: Reason? { state.withLock { $0.reason } }
}
