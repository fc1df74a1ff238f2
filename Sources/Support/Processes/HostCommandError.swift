import Subprocess

/// A program of this host did not do what it was run for.
package struct HostCommandError: ActionableError {
    /// Why the program did not do it.
    package enum Reason: Sendable, Hashable {
        /// No directory of `PATH` has it, or its path leads to nothing that can be run.
        case missing
        /// The system's reason.
        case notStarted(String)
        case ended(ProcessEnding)
        /// It was ended after its time.
        case tooSlow(Duration)
        /// It was ended because it said more than was to be collected.
        case tooMuchOutput
    }

    /// Why the program did not do it, for callers that have to tell the reasons apart.
    package var reason: Reason
    private let command: HostCommand
    /// What it said before, to standard error if anything.
    package let said: [String]

    init(_ command: HostCommand, _ reason: Reason, said outcome: HostCommand.Outcome? = nil) {
        self.reason = reason
        self.command = command
        let texts = [outcome?.errorText ?? "", outcome?.text ?? ""]
        said = texts.first { !$0.isEmpty }.map { $0.split(separator: "\n").map(String.init) } ?? []
    }

    init(_ command: HostCommand, _ error: SubprocessError) {
        switch error.code {
        case .executableNotFound: self.init(command, .missing)
        case .outputLimitExceeded: self.init(command, .tooMuchOutput)
        default: self.init(command, .notStarted("\(error)"))
        }
    }

    package var summary: String {
        let name = "`\(command.program)`"
        return switch reason {
        case .missing: "this host has no \(name)"
        case .notStarted(let text): "cannot run \(name): \(text)"
        case .ended(let ending): "\(name) \(ending)"
        case .tooSlow(let limit): "\(name) did not end within \(limit.formattedClock)"
        case .tooMuchOutput: "\(name) says more than it should"
        }
    }

    /// The command as a user could type it, and the last lines of what it said.
    package var details: [String] { reason == .missing ? [] : ["$ \(command.line)"] + said.suffix(12) }

    package var hint: String? {
        guard reason == .missing, let package = command.package else { return nil }
        return "install the package \(package), or run `make setup`"
    }
}

extension CodedError {
    /// What the failure of a program means to a module.
    ///
    /// - Parameter purpose: what could not be done, such as `download packages for aarch64`.
    package init(_ code: Code, cannot purpose: String, _ error: HostCommandError) {
        self.init(code, "cannot \(purpose): \(error.summary)", details: error.details, hint: error.hint)
    }
}
