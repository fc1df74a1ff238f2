import Support

/// Why Debian's packages cannot be had.
package typealias DebianError = CodedError<DebianErrorCode>

/// The codes of `DebianError`.
package enum DebianErrorCode: ErrorCode {
    /// Debian's archive, or the way to it, does not give what is asked for.
    case archive
    /// A package is not what Debian signed.
    case corrupt

    package var exitStatus: ExitStatus { self == .archive ? .unavailable : .failure }
}
