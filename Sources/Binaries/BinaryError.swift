import Support

/// Why a binary cannot be read, cannot run, or does not have what is asked for.
package typealias BinaryError = CodedError<BinaryErrorCode>

/// The codes of `BinaryError`.
package enum BinaryErrorCode: ErrorCode {
    /// A file is missing, is no regular one, or cannot be read.
    case unreadable
    /// Not an ELF file of our kind, or a damaged one.
    case format
    /// The files of a program are missing, or are not what the nodes of a lab can run.
    case notRunnable
    /// An ELF file that popcorn-cc did not make.
    case foreign
    /// The binaries belong to different programs.
    case mismatch
    /// Not a function that may migrate.
    case noSuchFunction

    package var exitStatus: ExitStatus {
        switch self {
        case .notRunnable, .noSuchFunction: .usage
        case .unreadable, .format, .foreign, .mismatch: .failure
        }
    }
}
