/// An error that tells its reader what failed, where, and what to try next.
///
/// Each module has one error type that conforms; the command layer prints `summary`, then `hint`, and exits with `exitStatus`.
package protocol ActionableError: Error, CustomStringConvertible, Sendable {
    /// One sentence: what failed, on which node or file, and what was expected.
    var summary: String { get }
    /// Evidence, line by line, such as the end of a console; printed between the summary and the hint.
    var details: [String] { get }
    /// What to try, if there is something to try.
    var hint: String? { get }
    /// What the program ends with if nobody handles the error; `.failure` unless the error says otherwise.
    var exitStatus: ExitStatus { get }
}

extension ActionableError {
    package var details: [String] { [] }
    package var hint: String? { nil }
    package var exitStatus: ExitStatus { .failure }

    package var description: String {
        ([summary] + details.map { "  | \($0)" } + (hint.map { ["  hint: \($0)"] } ?? [])).joined(separator: "\n")
    }
}

extension Error {
    /// What failed in one sentence, without the details and the hint of an `ActionableError`.
    package var sentence: String { (self as? any ActionableError)?.summary ?? "\(self)" }
}

extension ExitStatus {
    /// What a program ends with because of `error`.
    package init(of error: any Error) { self = (error as? any ActionableError)?.exitStatus ?? .failure }
}

/// A failed system call, with the file or object that it was about.
package struct SystemError: ActionableError {
    /// What was tried, on which file or object: `open /tmp/x`. It begins the summary.
    package var operation: String
    /// The `errno` that the call left, such as `ENOENT`; hint and exit status follow from it.
    package var errno: Int32

    /// - Parameter operation: what was tried, such as `open /tmp/x`; `errno` is read if it is not given.
    package init(_ operation: String, errno code: Int32 = currentErrno()) {
        self.operation = operation
        self.errno = code
    }

    package var summary: String { "\(operation): \(errorText(errno))" }

    package var hint: String? {
        switch errno {
        case ENOSPC: "free disk space; `popcorn-lab images ls` shows what the image cache holds"
        case EACCES, EPERM: "check the permissions of this file and its directories"
        default: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch errno {
        case ENOSPC, EACCES, EPERM, EROFS: .unavailable
        default: .failure
        }
    }
}
