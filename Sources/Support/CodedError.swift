/// What can go wrong in a module, as far as a program has to tell it apart.
public protocol ErrorCode: Hashable, Sendable {
    var exitStatus: ExitStatus { get }
}

/// The error of a module that has nothing to say beyond a code and what its reader needs.
public struct CodedError<Reason: ErrorCode>: ActionableError, Equatable {
    public typealias Code = Reason

    public var code: Code
    public var summary: String
    public var details: [String]
    public var hint: String?

    public init(_ code: Code, _ summary: String, details: [String] = [], hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.details = details
        self.hint = hint
    }

    public var exitStatus: ExitStatus { code.exitStatus }
}
