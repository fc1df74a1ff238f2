import Support

/// What keeps the compiler from making a program.
public struct CompilerError: ActionableError {
    public enum Code: Sendable {
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
    }

    public var code: Code
    public var summary: String
    public var hint: String?

    public init(_ code: Code, _ summary: String, hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.hint = hint
    }

    public var exitStatus: ExitStatus {
        switch code {
        case .usage: .usage
        case .host: .unavailable
        default: .failure
        }
    }
}
