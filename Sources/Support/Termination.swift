import CLinux
import SystemPackage

/// The end of work that a signal asked to end.
package struct Terminated: Error {
    /// The signal's number, such as 2 for SIGINT.
    package let signal: Int32

    /// What a shell expects the process to exit with.
    package var status: Int32 { 128 + signal }
}

/// Turns the first SIGINT, SIGTERM, SIGHUP or SIGPIPE into an orderly end, and leaves the second its way out.
package enum Termination {
    /// Runs `body`, which the first signal cancels; the second ends the process at once after `message`.
    ///
    /// Call it once, from the command layer.
    /// - Throws: `Terminated` for any error that comes after a signal, else what `body` throws.
    package static func guarding(
        message: String, _ body: sending @escaping () async throws -> Void
    ) async throws {
        let task = Task { try await body() }
        let caught = Caught()
        try catchSignals(message: message) { number in
            caught.signal.withLock { $0 = number }
            task.cancel()
        }
        do {
            try await task.value
        } catch {
            guard let number = caught.signal.withLock({ $0 }) else { throw error }
            throw Terminated(signal: number)
        }
    }

    private final class Caught: Sendable {
        let signal = Guarded<Int32?>(nil)
    }

    private static func catchSignals(message: String, _ handler: @escaping @Sendable (Int32) -> Void) throws {
        let (reader, writer) = try FileDescriptor.privatePipe()
        linux_catch_termination(writer.rawValue, message)
        ThreadExecutor.detach(name: "signals") {
            guard let number = try? reader.piece(upTo: 1).first else { return }
            handler(Int32(number))
        }
    }

    /// A descriptor that gives a byte for each SIGWINCH, which tells that the terminal's size changed.
    package static func windowChanges() throws -> FileDescriptor {
        let (reader, writer) = try FileDescriptor.privatePipe()
        linux_forward_window_changes(writer.rawValue)
        return reader
    }
}
