import Support
import Synchronization

/// The first Ctrl-C ends a command in good order: its task is cancelled, it tidies up, and we exit as shells expect.
/// The second ends the process at once.
enum Interruption {
    private static let parting = """

        popcorn-lab: stopped at once. What was left behind is in the lab's record: \
        `popcorn-lab down` takes it away, `popcorn-lab prune` looks for more.

        """

    /// Runs `body`; a signal cancels it and turns its end into an exit with 130 or 143.
    static func guarding(_ body: sending @escaping () async throws -> Void) async throws {
        let caught = Mutex<Int32?>(nil)
        let task = Task { try await body() }
        let shared = Shared(caught: caught)
        try Termination.catchSignals(message: parting) { number in
            shared.caught.withLock { $0 = number }
            task.cancel()
        }
        do {
            try await task.value
        } catch {
            guard let number = shared.caught.withLock({ $0 }) else { throw error }
            throw ProgramExit(status: 128 + number)
        }
    }

    private final class Shared: Sendable {
        let caught: Mutex<Int32?>
        init(caught: consuming Mutex<Int32?>) { self.caught = caught }
    }
}
