import Subprocess
import SystemPackage

/// A program of this host that runs to its end: the one way to run those that need no more than their standard streams.
///
/// Texts are `ByteText`: the program gets them byte for byte. `ChildProcess` is for what has to be led while it runs.
package struct HostCommand: Sendable {
    /// Where the program's input comes from.
    package enum Input: Sendable {
        case nothing
        /// Our own standard input.
        case inherited
        case bytes([UInt8])
    }

    /// Where one of the program's outputs goes.
    package enum Output: Sendable {
        case discarded
        /// Our own stream of that name.
        case inherited
        /// Into the outcome; more than `limit` bytes are an error.
        case collected(limit: Int)
    }

    /// What ends together with the program.
    package enum Group: Sendable {
        /// All that it starts itself, which our cancellation ends with it. A terminal's Ctrl-C does not reach it.
        case own
        /// All of ours: one job for the terminal and for who runs us.
        case ours
    }

    /// How it went.
    package struct Outcome: Sendable {
        /// Its exit code, or the signal that ended it.
        package var ending: ProcessEnding
        /// What was collected.
        package var output: [UInt8]
        /// What was collected of its standard error; empty if that was not to be collected.
        package var errors: [UInt8]

        /// `output` as `ByteText`.
        package var text: String { ByteText.text(output) }
        /// `errors` as `ByteText`.
        package var errorText: String { ByteText.text(errors) }
    }

    /// A path, or a name that is looked up in `PATH`.
    package var program: String
    /// What follows the program's name, one word each, not quoted.
    package var arguments: [String]
    /// The Debian package that has it, for the hint if it is missing.
    package var package: String?
    /// Variables that differ from ours; `nil` removes one.
    package var environment: [String: String?] = [:]
    /// Where it runs; where we do if `nil`.
    package var directory: String?
    /// Where its standard input comes from; by default it is empty.
    package var input = Input.nothing
    /// Where its standard output goes; by default into the outcome, 64 MiB at most.
    package var output = Output.collected(limit: 1 << 26)
    /// Where its standard error goes; by default into the outcome, 64 MiB at most.
    package var errors = Output.collected(limit: 1 << 26)
    /// How long it may run.
    package var limit: Duration?
    /// Which processes signals reach together with it; by default only those that it starts itself.
    package var group = Group.own

    /// Makes a command without input and time limit, in our environment and directory; the properties change that.
    package init(_ program: String, _ arguments: [String] = [], package: String? = nil) {
        self.program = program
        self.arguments = arguments
        self.package = package
    }

    /// What a user would type to run it.
    package var line: String { ShellWord.join([program] + arguments) }

    /// Runs it to its end, whatever that is.
    ///
    /// - Throws: `HostCommandError` if it cannot be started, takes too long or says too much; `CancellationError` if the task
    ///   was cancelled. The program has ended then, and its group if that is its own.
    package func run() async throws -> Outcome {
        let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { tasks in
            tasks.addTask { try await launch() }
            if let limit {
                tasks.addTask {
                    try? await Task.sleep(for: limit)
                    return nil
                }
            }
            if let outcome = try await tasks.next() ?? nil {
                tasks.cancelAll()
                return outcome
            }
            tasks.cancelAll()
            let late = try await tasks.next() ?? nil
            try Task.checkCancellation()
            throw HostCommandError(self, .tooSlow(limit ?? .zero), said: late)
        }
        try Task.checkCancellation()
        return outcome
    }

    /// Runs it to its end, which must be exit code 0.
    ///
    /// - Throws: `HostCommandError`, also for any other end; `CancellationError`.
    @discardableResult
    package func check() async throws -> Outcome {
        let outcome = try await run()
        guard outcome.ending.isSuccess else { throw HostCommandError(self, .ended(outcome.ending), said: outcome) }
        return outcome
    }

    /// The path of a program that is found by its name.
    package func locate() async throws(HostCommandError) -> String {
        do {
            return try await Executable.name(program).resolveExecutablePath(in: .inherit).string
        } catch {
            throw HostCommandError(self, error)
        }
    }
}

extension HostCommand {
    /// How long a program has to end by itself once SIGTERM asked it to.
    private static let grace = Duration.seconds(2)

    private func launch() async throws -> Outcome {
        let output = Self.method(output, inherited: .standardOutput)
        let errors = Self.method(errors, inherited: .standardError)
        do {
            switch input {
            case .nothing: return try await launch(.none, output, errors)
            case .inherited: return try await launch(.currentStandardInput, output, errors)
            case .bytes(let bytes):
                // Through a pipe they would cost us a SIGPIPE if the program does not want them.
                let file = try MemoryFile("input", bytes)
                defer { withExtendedLifetime(file) {} }
                return try await launch(Self.descriptor(file.descriptor), output, errors)
            }
        } catch let error as SubprocessError {
            throw HostCommandError(self, error)
        }
    }

    private static func method(_ output: Output, inherited: FileDescriptor) -> any ErrorOutputProtocol {
        switch output {
        case .discarded: DiscardedOutput.discarded
        case .inherited: FileDescriptorOutput.fileDescriptor(inherited, closeAfterSpawningProcess: false)
        case .collected(let limit): BytesOutput.bytes(limit: limit)
        }
    }

    private static func descriptor(_ descriptor: Int32) -> FileDescriptorInput {
        .fileDescriptor(FileDescriptor(rawValue: descriptor), closeAfterSpawningProcess: false)
    }

    private func launch(
        _ input: some InputProtocol, _ output: some ErrorOutputProtocol, _ errors: some ErrorOutputProtocol
    ) async throws -> Outcome {
        let isApart = group == .own
        var options = PlatformOptions()
        options.processGroupID = isApart ? 0 : nil
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: isApart, allowedDurationToNextStep: Self.grace)
        ]
        let result = try await Subprocess.run(
            program.contains("/") ? .path(program.withBytes { FilePath(platformString: $0) }) : .name(program),
            arguments: Arguments(arguments.map { ByteText.bytes($0) + [0] }),
            environment: .custom(ChildEnvironment.entries(changing: environment)),
            workingDirectory: directory?.withBytes { FilePath(platformString: $0) },
            platformOptions: options, input: input, output: output, error: errors)
        // The library looks after the program alone: others of its group may have paid no heed to SIGTERM.
        if isApart, Task.isCancelled { kill(-result.processIdentifier.value, SIGKILL) }
        return Outcome(
            ending: ProcessEnding(result.terminationStatus), output: result.standardOutput as? [UInt8] ?? [],
            errors: result.standardError as? [UInt8] ?? [])
    }
}

extension ProcessEnding {
    fileprivate init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let signal): self = .signalled(signal)
        }
    }
}
