import Lab
import Support

/// What `up` prints while guests boot: on a terminal a line per node, rewritten in place; elsewhere a line for each step.
final class UpProgress: Sendable {
    private struct State {
        var board: BootBoard
        /// The board's lines on the terminal, right above the cursor.
        var drawn = 0
        var isOn = false
    }

    private let state: Guarded<State>
    private let began = ContinuousClock.now
    private let isLive: Bool
    private let isVerbose: Bool

    /// - Parameters:
    ///   - nodes: those that boot; without any, there are only lines.
    ///   - verbose: whether log lines go to the terminal too, which would tear a board apart.
    init(nodes: [String] = [], verbose: Bool = false) {
        isVerbose = verbose
        state = Guarded(State(board: BootBoard(nodes: nodes)))
        let rows = RawTerminal.size(of: STDERR_FILENO)?.rows ?? 0
        isLive = !nodes.isEmpty && !verbose && nodes.count < rows && RawTerminal.type != "dumb"
    }

    func show(_ event: LabEvent) {
        switch event {
        case .note(let text): line(text)
        case .node(let node, .note(let text)): line("\(node): \(text)")
        case .node(let node, .met(let requirement, let elapsed)):
            let isNews = state.withLock { state in
                let isNews = state.board.meet(requirement, node: node, after: elapsed)
                draw(&state)
                return isNews
            }
            if isNews, !isLive { line("\(node): \(requirement.title) (\(elapsed.formattedSeconds))") }
        }
    }

    /// Shows the board while `body` runs; what it showed last stays on the terminal.
    func following<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        guard isLive else { return try await body() }
        state.withLock { state in
            state.isOn = true
            draw(&state)
        }
        // Nothing happens between two steps of a boot but that time passes, which is what is shown.
        let clock = Task {
            while (try? await Task.sleep(for: .milliseconds(200))) != nil { state.withLock { draw(&$0) } }
        }
        defer {
            clock.cancel()
            state.withLock { state in
                draw(&state)
                state.isOn = false
            }
        }
        return try await body()
    }

    func finish(_ outcome: Up.Outcome) {
        let record = outcome.record
        if outcome.started.isEmpty {
            Notice.line("lab '\(record.spec.name)' was up already; nothing was touched")
        } else {
            let all = outcome.started.count == record.nodes.count
            let what = all ? "is up" : "is complete again: started \(outcome.started.joined(separator: ", "))"
            Notice.line("lab '\(record.spec.name)' \(what) (\(outcome.duration.formattedSeconds))")
            if isVerbose { Notice.line(outcome.steps.sentence) }
        }
    }

    /// A line of its own, above the board if there is one.
    private func line(_ text: String) {
        state.withLock { state in
            guard state.isOn else { return Notice.line(text) }
            Notice.raw(Self.erase(state.drawn) + VisibleText.text(text, keepsLines: true) + "\n")
            state.drawn = 0
            draw(&state)
        }
    }

    private func draw(_ state: inout State) {
        guard state.isOn else { return }
        // One column less than there is: a line that fills the last one may wrap.
        let width = (RawTerminal.size(of: STDERR_FILENO)?.columns ?? 80) - 1
        let lines = state.board.lines(after: .now - began, width: width)
        Notice.raw(Self.erase(state.drawn) + lines.joined(separator: "\n") + "\n")
        state.drawn = lines.count
    }

    /// Goes up over `count` lines and clears from there on (ECMA-48: CPL and ED).
    private static func erase(_ count: Int) -> String { count == 0 ? "" : "\u{1b}[\(count)F\u{1b}[J" }
}
