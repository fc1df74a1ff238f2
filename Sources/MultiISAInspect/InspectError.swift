import Support

/// Why a binary cannot be read, or does not have what is asked for.
public struct InspectError: ActionableError {
    public enum Code: Sendable {
        case unreadable
        /// Not an ELF file of one of our ISAs.
        case format
        /// An ELF file that popcorn-cc did not make.
        case foreign
        /// The binaries belong to different programs.
        case mismatch
        /// Not a function that may migrate.
        case noSuchFunction
    }

    public var code: Code
    public var summary: String
    public var hint: String?

    public init(_ code: Code, _ summary: String, hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.hint = hint
    }

    public var exitStatus: ExitStatus { code == .noSuchFunction ? .usage : .failure }
}
