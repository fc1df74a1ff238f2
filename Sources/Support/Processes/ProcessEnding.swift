/// How a process ended.
package enum ProcessEnding: Sendable, Hashable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// Reads a status of wait(2).
    package init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }

    /// Whether it exited by itself with code 0.
    package var isSuccess: Bool { self == .exited(0) }

    /// The exit code, or 128 and the signal's number as a shell has it.
    package var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        }
    }

    /// What to say after the program's name: `ended with exit code 2`, `was ended by SIGTERM`.
    package var description: String {
        switch self {
        case .exited(let code): "ended with exit code \(code)"
        case .signalled(let signal): "was ended by SIG\(SignalName.text(signal))"
        }
    }
}
