import Support

/// What can go wrong with pages.
package typealias ReportError = CodedError<ReportErrorCode>

/// The codes of `ReportError`.
package enum ReportErrorCode: ErrorCode {
    /// A template cannot be used.
    case template

    package var exitStatus: ExitStatus { .failure }
}
