import Support

/// What can go wrong with what runs in a guest, while the connection to it is well.
package typealias ContractError = CodedError<ContractErrorCode>

/// The codes of `ContractError`.
package enum ContractErrorCode: ErrorCode {
    /// The guest did not do what was asked, or its answer makes no sense.
    case failed
    /// What was asked cannot be put into words that the guest understands.
    case badRequest
    /// The guest lacks what answers such a question.
    case notOffered

    package var exitStatus: ExitStatus {
        switch self {
        case .failed: .failure
        case .badRequest, .notOffered: .usage
        }
    }
}
