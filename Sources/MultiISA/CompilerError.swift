import Support

/// What keeps the compiler from making a program.
package typealias CompilerError = CodedError<CompilerErrorCode>

/// The codes of `CompilerError`.
package enum CompilerErrorCode: ErrorCode {
    /// The command line asks for something that popcorn-cc does not do.
    case usage
    /// A source file does not compile; clang has said why.
    case source
    /// The program uses what cannot move between ISAs; each use has been listed.
    case refused
    /// The program cannot be linked.
    case link
    /// The two binaries differ where they must not.
    case layout
    /// The host lacks a tool or a library.
    case host
    /// LLVM rejects what our own passes made.
    case intern

    package var exitStatus: ExitStatus {
        switch self {
        case .usage: .usage
        case .host: .unavailable
        default: .failure
        }
    }
}
