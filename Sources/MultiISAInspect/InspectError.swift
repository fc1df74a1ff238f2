import Support

/// Why a binary cannot be read, or does not have what is asked for.
public typealias InspectError = CodedError<InspectErrorCode>

/// The codes of `InspectError`.
public enum InspectErrorCode: ErrorCode {
    case unreadable
    /// Not an ELF file of one of our ISAs.
    case format
    /// An ELF file that popcorn-cc did not make.
    case foreign
    /// The binaries belong to different programs.
    case mismatch
    /// Not a function that may migrate.
    case noSuchFunction

    public var exitStatus: ExitStatus { self == .noSuchFunction ? .usage : .failure }
}
