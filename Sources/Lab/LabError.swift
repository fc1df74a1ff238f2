import Support

/// What can go wrong with a lab as a whole.
public struct LabError: ActionableError {
    public enum Code: Sendable {
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
    }

    public let code: Code
    public let summary: String
    public let details: [String]
    public let hint: String?

    public init(_ code: Code, _ summary: String, details: [String] = [], hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.details = details
        self.hint = hint
    }

    public var exitStatus: ExitStatus {
        switch code {
        case .noSuchLab, .noSuchNode, .badArgument, .otherTopology, .programRefused: .usage
        case .hostUnfit: .unavailable
        case .notReady: .timeout
        case .brokenRecord, .guestDied, .commandFailed: .failure
        }
    }
}
