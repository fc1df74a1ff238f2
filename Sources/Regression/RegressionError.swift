import Support

/// What can go wrong with suites and their runs, beside what results say.
package typealias RegressionError = CodedError<RegressionErrorCode>

/// The codes of `RegressionError`.
package enum RegressionErrorCode: ErrorCode {
    /// The command line asks for what the suite does not have.
    case badArgument
    /// A run cannot be gone on with.
    case badRun
    /// Another runner holds it.
    case locked
    /// What runs jobs on a cluster is absent, does not answer, or refuses.
    case scheduler
    /// Runs take more of the disk than they may.
    case quota

    package var exitStatus: ExitStatus {
        switch self {
        case .badArgument, .badRun: .usage
        case .locked: .locked
        case .scheduler, .quota: .unavailable
        }
    }
}
