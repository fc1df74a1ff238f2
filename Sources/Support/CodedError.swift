/// What can go wrong in a module, as far as a program has to tell it apart.
package protocol ErrorCode: Hashable, Sendable {
    /// What the program ends with if nobody handles an error of this code.
    var exitStatus: ExitStatus { get }
}

/// The error of a module that has nothing to say beyond a code and what its reader needs.
package struct CodedError<Reason: ErrorCode>: ActionableError, Equatable {
    /// The enumeration of the module's codes, under a name that reads well: `LabError.Code`.
    package typealias Code = Reason

    /// What went wrong, for programs that have to tell errors apart.
    package var code: Code
    /// What went wrong, for people: one sentence, which names the node or the file.
    package var summary: String
    /// Evidence, line by line; may be empty. It is printed between the summary and the hint.
    package var details: [String]
    /// What to try; `nil` if there is nothing to try.
    package var hint: String?

    /// Makes an error with no evidence and no hint, unless they are given.
    package init(_ code: Code, _ summary: String, details: [String] = [], hint: String? = nil) {
        self.code = code
        self.summary = summary
        self.details = details
        self.hint = hint
    }

    package var exitStatus: ExitStatus { code.exitStatus }
}
