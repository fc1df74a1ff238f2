import Support

/// What is wrong with something that the user wrote: a value, a file, a name.
package struct InputError: ActionableError, Equatable {
    /// Which kind of input is wrong, and how; for callers that have to tell errors apart.
    package enum Code: String, Sendable {
        /// A single value, such as an address or an amount of memory, is not in an accepted form.
        case invalidValue
        /// Values that are right by themselves do not go together.
        case inconsistent
        /// A configuration file has errors; `diagnostics` holds each of them.
        case invalidFile
        /// A file could not be read.
        case unreadableFile
        /// A name stands for nothing, or for more than one thing.
        case unknownName
    }

    /// Which kind of input is wrong, and how.
    package var code: Code
    /// What is wrong, with what was expected; for `.invalidFile` the text of all diagnostics.
    package var summary: String
    /// What to write instead; `nil` if the summary says it.
    package var hint: String?
    /// Every problem of a configuration file in the order of its lines; empty for other codes.
    package var diagnostics: [Diagnostic]

    /// Makes an error without a hint and diagnostics, unless they are given.
    package init(_ code: Code, _ summary: String, hint: String? = nil, diagnostics: [Diagnostic] = []) {
        self.code = code
        self.summary = summary
        self.hint = hint
        self.diagnostics = diagnostics
    }

    package var exitStatus: ExitStatus { .usage }
}
