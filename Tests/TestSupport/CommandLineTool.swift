import FoundationEssentials
import Support

/// A program, run as a user's shell would run it.
public struct CommandLineTool: Sendable {
    public var executable: String
    /// Variables that differ from those of the tests; `nil` removes one.
    public var environment: [String: String?]

    public init(executable: String, environment: [String: String?] = [:]) {
        self.executable = executable
        self.environment = environment
    }

    /// All variables that it gets.
    public var variables: [String: String] {
        environment.reduce(into: ProcessInfo.processInfo.environment) { $0[$1.key] = $1.value }
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - input: all of its stdin.
    ///   - launcher: a command that runs the one after it.
    public func start(_ words: [String], input: [UInt8] = [], launcher: [String] = []) throws -> RunningTool {
        try RunningTool(launcher + [executable] + words, environment: environment, input: input)
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - limit: when it is killed.
    ///   - watching: called with every line of stdout as it comes, and the means to send a signal.
    /// - Throws: `UnexpectedEnding` if it had to be killed; `SystemError` if it cannot be started.
    public func callAsFunction(
        _ words: [String], input: [UInt8] = [], limit: Duration,
        watching: (@Sendable (String, (Int32) -> Void) async -> Void)? = nil
    ) async throws -> Ending {
        try await start(words, input: input).end(within: limit, watching: watching)
    }
}

/// How a program that a test started came to its end, and all it said.
public struct Ending: CustomStringConvertible, Sendable {
    public var words: [String]
    /// The exit code, or 128 and the signal's number as in a shell.
    public var status: Int32
    public var output: [UInt8]
    public var errors: [UInt8]
    public var duration: Duration

    public var text: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
    public var lines: [String] { text.split(separator: "\n").map(String.init) }

    public var description: String {
        """
        $ \(words.joined(separator: " "))
        ended with \(status) after \(duration.formattedSeconds)
        -- stdout (\(output.count) bytes)
        \(String(text.suffix(8000)))
        -- stderr
        \(String(errorText.suffix(8000)))
        """
    }
}

/// A command that did not end as the test expects; its description holds everything it printed.
public struct UnexpectedEnding: Error, CustomStringConvertible {
    public var expected: String
    public var ending: Ending

    public init(expected: String, ending: Ending) {
        self.expected = expected
        self.ending = ending
    }

    public var description: String { "expected \(expected)\n\(ending)" }
}
