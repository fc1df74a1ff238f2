import Lab
import Support

/// What `run` says after its program has ended, if there is still something to wait for.
final class RunAftermath: Sendable {
    private let isCollecting: Bool
    private let wait = Guarded<Task<Void, Never>?>(nil)

    /// A wait that is shorter needs no explanation.
    private static let patience = Duration.seconds(1)

    init(isCollecting: Bool) { self.isCollecting = isCollecting }

    func show(_ progress: RunProgram.Progress) {
        guard isCollecting else { return }
        switch progress {
        case .started: break
        case .ended(let code):
            let notice = Task {
                guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
                Notice.line("the program ended with exit code \(code); collecting what the kernels recorded")
            }
            wait.withLock { $0 = notice }
        case .interrupted:
            Notice.line("still collecting what the kernels recorded; once more ends this at once, and loses it")
        }
    }

    func finish() { wait.withLock { $0?.cancel() } }
}
