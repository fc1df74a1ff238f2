/// What can go wrong in a module, as far as a program has to tell it apart.
package protocol ErrorCode: Hashable, Sendable {
    var exitStatus: ExitStatus { get }
}

/// The error of a module that has nothing to say beyond a code and what its reader needs.
package struct CodedError<Reason: ErrorCode>: ActionableError, Equatable {
    package typealias Code = Reason

    package var code: Code
    package var summary: String
    package var details: [String]
    package var hint: String?

    package init(_ code: Code, _ summary: String, details: [String] = [], hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.details = details
        self.hint = hint
    }

    package var exitStatus: ExitStatus { code.exitStatus }
}
