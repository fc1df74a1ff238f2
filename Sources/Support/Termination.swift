import CLinux

/// Turns the first SIGINT or SIGTERM into an orderly end, and leaves the second its way out.
public enum Termination {
    /// Calls `handler` with the number of the first signal; the second ends the process at once after `message`.
    ///
    /// Call it once, from the command layer.
    public static func catchSignals(message: String, _ handler: @escaping @Sendable (Int32) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("create a pipe") }
        let (reader, writer) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        linux_catch_termination(writer, message)
        ThreadExecutor.detach(name: "signals") {
            var number: UInt8 = 0
            while read(reader, &number, 1) < 0 && errno == EINTR {}
            handler(Int32(number))
        }
    }

    /// A descriptor that gives a byte for each SIGWINCH, which tells that the terminal's size changed.
    public static func windowChanges() throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("create a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        linux_forward_window_changes(ends[1])
        return ends[0]
    }
}
