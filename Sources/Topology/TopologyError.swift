import Support

/// What is wrong with something that the user wrote: a lab, a file, a value, the name of a node, a program's binary.
public struct TopologyError: ActionableError, Equatable {
    public enum Code: String, Sendable {
        /// A single value, such as an address or an amount of memory, is not in an accepted form.
        case invalidValue
        /// Values that are right by themselves do not make a lab.
        case invalidLab
        /// A configuration file has errors; `diagnostics` holds each of them.
        case invalidFile
        /// A file could not be read.
        case unreadableFile
        /// The lab has no such node.
        case unknownNode
        /// A program's binary is missing, or is not for the ISA that its name claims.
        case invalidBinary
    }

    public var code: Code
    public var summary: String
    public var hint: String?
    /// Every problem of a configuration file in the order of its lines; empty for other codes.
    public var diagnostics: [Diagnostic]

    public init(_ code: Code, _ summary: String, hint: String? = nil, diagnostics: [Diagnostic] = []) {
        self.code = code
        self.summary = summary
        self.hint = hint
        self.diagnostics = diagnostics
    }

    public var exitStatus: ExitStatus { .usage }
}
