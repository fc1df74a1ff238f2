import Support

/// Why a guest image could not be described, built, found or removed.
public struct ImageError: ActionableError, Equatable {
    public enum Code: Sendable, Equatable {
        /// The recipe or a file that it names is wrong.
        case recipe
        /// Debian's archive, or the way to it, does not give what the recipe asks for.
        case archive
        /// A program of the host is missing or failed.
        case tool
        /// Our own sources do not compile.
        case compile
        /// A package or a file in the cache is not what it should be.
        case corrupt
        /// There is no such image.
        case unknown
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
        case .recipe, .unknown: .usage
        case .archive, .tool: .unavailable
        case .compile, .corrupt: .failure
        }
    }
}
