import Support

/// Why a guest image could not be described, built, found or removed.
typealias ImageError = CodedError<ImageErrorCode>

/// The codes of `ImageError`.
enum ImageErrorCode: ErrorCode {
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

    var exitStatus: ExitStatus {
        switch self {
        case .recipe, .unknown: .usage
        case .archive, .tool: .unavailable
        case .compile, .corrupt: .failure
        }
    }
}
