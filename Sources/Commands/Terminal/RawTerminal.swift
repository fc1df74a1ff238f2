import CLinux
import FoundationEssentials
import Support

/// A terminal in raw mode: every key goes to the guest, Ctrl-C too.
struct RawTerminal: ~Copyable {
    private let saved: termios?

    /// Changes stdin's terminal; does nothing if stdin is none.
    ///
    /// In the background it stops, as any program does that wants the terminal, until the shell's `fg`.
    /// - Throws: `SystemError` if the terminal is somebody else's and there is no shell that could give it to us.
    init() throws {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1 else {
            saved = nil
            return
        }
        Self.awaitForeground()
        let foreground = tcgetpgrp(STDIN_FILENO)
        guard foreground < 0 || foreground == getpgrp(), tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw SystemError("use the terminal on standard input, which another job has", errno: EIO)
        }
        saved = settings
        linux_keep_terminal(STDIN_FILENO, &settings)
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    /// Stops with the process group, by SIGTTOU, while that is in the background: tcdrain(3) changes nothing, but is held to
    /// the rules of job control.
    ///
    /// The threads of Swift's pool block that signal, and the kernel lets those pass who do.
    private static func awaitForeground() {
        var signals = sigset_t()
        var before = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTTOU)
        pthread_sigmask(SIG_UNBLOCK, &signals, &before)
        while tcdrain(STDIN_FILENO) != 0 && errno == EINTR {}
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    deinit {
        guard var settings = saved else { return }
        // At once: a terminal that takes no output must not keep us.
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        linux_keep_terminal(STDIN_FILENO, nil)
    }

    /// `TERM`, which names its kind.
    static var type: String { ProcessInfo.processInfo.environment["TERM"] ?? "dumb" }

    /// Columns and rows of the terminal on stdout; `nil` if it is none.
    static var size: (columns: Int, rows: Int)? { size(of: STDOUT_FILENO) }

    /// Columns and rows of the terminal on a descriptor; `nil` if it is none.
    static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var columns: UInt16 = 0
        var rows: UInt16 = 0
        guard linux_window_size(descriptor, &columns, &rows) == 0, columns > 0 else { return nil }
        return (Int(columns), Int(rows))
    }

    /// Its size whenever that changes.
    static func sizes() -> AsyncStream<(columns: Int, rows: Int)> {
        let (stream, continuation) = AsyncStream.makeStream(of: (columns: Int, rows: Int).self)
        guard let changes = try? Termination.windowChanges() else {
            continuation.finish()
            return stream
        }
        ThreadExecutor.detach(name: "winch") {
            try? changes.forEachPiece(upTo: 1) { _ in
                if let size { continuation.yield(size) }
            }
        }
        return stream
    }
}
