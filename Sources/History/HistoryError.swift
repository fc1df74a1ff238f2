import Support

/// What can go wrong with the history of runs.
package typealias HistoryError = CodedError<HistoryErrorCode>

/// The codes of `HistoryError`.
package enum HistoryErrorCode: ErrorCode {
    /// The database is damaged, or is none.
    case damaged
    /// A newer popcorn-lab has written it.
    case newer
    /// It cannot be written.
    case readOnly
    /// There is no such run, case or figure in it.
    case unknown

    package var exitStatus: ExitStatus { self == .unknown ? .usage : .failure }
}
