import CLinux

/// The only way in which our programs end themselves.
package enum ProcessEnd {
    /// Ends the process at once, whatever other threads are doing: no handler of `atexit(3)` and no library's destructor
    /// takes away what they use. Buffered output is written first, and a terminal in raw mode is put back.
    package static func now(_ status: Int32) -> Never { linux_end_process(status) }

    /// Ends the process with one of the exit codes that the tool has for its own outcomes.
    package static func now(_ status: ExitStatus) -> Never { now(status.rawValue) }
}
