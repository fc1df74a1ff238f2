import CLinux
import FoundationEssentials
import Support

/// A terminal in raw mode: every key goes to the guest, Ctrl-C too.
struct RawTerminal: ~Copyable {
    private let saved: termios?

    /// Changes stdin's terminal; does nothing if stdin is none.
    init() {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else {
            saved = nil
            return
        }
        saved = settings
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    deinit {
        guard var settings = saved else { return }
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
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
            var byte: UInt8 = 0
            while read(changes, &byte, 1) > 0 {
                if let size { continuation.yield(size) }
            }
        }
        return stream
    }
}
