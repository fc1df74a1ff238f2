import Support

/// What can go wrong with the server, and with what it is asked for.
package typealias DashboardError = CodedError<DashboardErrorCode>

/// The codes of `DashboardError`.
package enum DashboardErrorCode: ErrorCode {
    /// The address cannot be listened on.
    case address
    /// A token cannot be used.
    case token
    /// There is no such page, run, case or file.
    case absent

    package var exitStatus: ExitStatus {
        switch self {
        case .address: .unavailable
        case .token, .absent: .usage
        }
    }
}

extension CodedError<DashboardErrorCode> {
    /// For a page that says so.
    static func absent(_ what: String) -> DashboardError { DashboardError(.absent, what) }
}
