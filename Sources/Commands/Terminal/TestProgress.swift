import Regression
import Results
import Support

/// What `test` prints while it goes on: on a terminal what did not pass, and below it a line that is rewritten in place;
/// elsewhere a line for each case.
final class TestProgress: Sendable {
    private let state: Guarded<State>
    private let isLive: Bool

    /// - Parameter expected: how long cases took before, by id, in seconds.
    init(expected: [String: Double] = [:]) {
        state = Guarded(State(tally: TestTally(expected: expected)))
        isLive = RawTerminal.size(of: STDERR_FILENO) != nil && RawTerminal.type != "dumb"
    }

    private struct State {
        var tally: TestTally
        var isOn = false
        var isDrawn = false
    }

    func show(_ event: TestEvent) {
        state.withLock { state in
            let line = state.tally.take(event, isBrief: isLive)
            erase(&state)
            if let line { Notice.line(line) }
            draw(&state)
        }
    }

    /// Shows the line while `body` runs.
    func following<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        guard isLive else { return try await body() }
        state.withLock { $0.isOn = true }
        // Between two cases nothing happens but that time passes, which is what is shown.
        let clock = Task {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil {
                state.withLock { state in
                    erase(&state)
                    draw(&state)
                }
            }
        }
        defer {
            clock.cancel()
            state.withLock { state in
                erase(&state)
                state.isOn = false
            }
        }
        return try await body()
    }

    private func erase(_ state: inout State) {
        guard state.isDrawn else { return }
        Notice.raw("\r\u{1b}[K")
        state.isDrawn = false
    }

    private func draw(_ state: inout State) {
        guard state.isOn else { return }
        let width = (RawTerminal.size(of: STDERR_FILENO)?.columns ?? 80) - 1
        Notice.raw(String(VisibleText.text(state.tally.line).prefix(width)))
        state.isDrawn = true
    }
}
