import Support

/// What can go wrong with a lab as a whole.
package typealias LabError = CodedError<LabErrorCode>

/// The codes of `LabError`.
package enum LabErrorCode: ErrorCode {
    case noSuchLab
    case noSuchNode
    case brokenRecord
    case otherTopology
    case notReady
    case guestDied
    case badArgument
    case programRefused
    case commandFailed
    case hostUnfit

    package var exitStatus: ExitStatus {
        switch self {
        case .noSuchLab, .noSuchNode, .badArgument, .otherTopology, .programRefused: .usage
        case .hostUnfit: .unavailable
        case .notReady: .timeout
        case .brokenRecord, .guestDied, .commandFailed: .failure
        }
    }
}
