import Results
import Support
import Synchronization

/// What may end a case before its program does, and what is known of that.
final class CaseControl: Sendable {
    private struct State {
        var deaths: [CaseObservation.Death] = []
        var overflowed = false
        var end: (@Sendable () -> Void)?
        var started: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    /// Yields once, when the program has been started.
    let start: AsyncStream<ContinuousClock.Instant>
    private let starter: AsyncStream<ContinuousClock.Instant>.Continuation

    init() { (start, starter) = AsyncStream.makeStream() }

    /// What ends the program's run. If something has asked for that already, it is called at once.
    func onEnd(_ end: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.end = end
            return state.overflowed || !state.deaths.isEmpty
        }
        if isLate { end() }
    }

    func programStarted() {
        starter.yield(.now)
        starter.finish()
    }

    /// A guest has gone; the first report of a node counts.
    func died(_ node: String, _ summary: String) {
        let end = state.withLock { state in
            guard !state.deaths.contains(where: { $0.node == node }) else { return state.end }
            state.deaths.append(CaseObservation.Death(node: node, summary: summary))
            return state.end
        }
        end?()
    }

    /// The program has written more than it may.
    func overflowed() {
        let end = state.withLock { state in
            state.overflowed = true
            return state.end
        }
        end?()
    }

    var deaths: [CaseObservation.Death] { state.withLock { $0.deaths } }

    /// Whether we asked the program to end.
    var isOver: Bool { state.withLock { $0.overflowed || !$0.deaths.isEmpty } }
}
