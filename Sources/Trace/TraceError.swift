import Support

/// What can go wrong between the files of a run and its timeline.
struct TraceError: ActionableError {
    enum Code: String, Sendable {
        /// A file of the run cannot be opened or read.
        case unreadable
        /// The output cannot be written.
        case unwritable
        /// A file is not of the format that its name promises.
        case malformed
        /// The inputs cannot be combined: no nodes, two nodes of one name, link types that differ.
        case mismatch
        /// A part of the timeline is asked for that it does not have.
        case noSuchPart
    }

    var code: Code
    var summary: String
    var hint: String?
    var exitStatus: ExitStatus

    init(_ code: Code, _ summary: String, hint: String? = nil, exitStatus: ExitStatus = .failure) {
        self.code = code
        self.summary = summary
        self.hint = hint
        self.exitStatus = exitStatus
    }

    init(_ code: Code, node: String, _ system: SystemError) {
        self.init(code, "node \(node): \(system.summary)", hint: system.hint, exitStatus: system.exitStatus)
    }

    init(_ code: Code, _ system: SystemError) {
        self.init(code, system.summary, hint: system.hint, exitStatus: system.exitStatus)
    }

    /// What `body` gives; a failed system call means that an input is unreadable.
    static func reading<Result>(
        _ operation: @autoclosure () -> String, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try SystemError.naming(operation(), body)
        } catch let error as SystemError {
            throw TraceError(.unreadable, error)
        }
    }
}
