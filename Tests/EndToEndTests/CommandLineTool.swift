import Subprocess
import Support
import Testing

/// How a program that a test started came to its end, and all it said.
struct Ending: CustomStringConvertible, Sendable {
    var words: [String]
    /// The exit code, or 128 and the signal's number as in a shell.
    var status: Int32
    var output: [UInt8]
    var errors: [UInt8]
    var timedOut = false

    var text: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    var description: String {
        """
        $ \(words.joined(separator: " "))
        \(timedOut ? "killed after its time was up" : "ended with \(status)")
        -- stdout (\(output.count) bytes)
        \(String(text.suffix(8000)))
        -- stderr
        \(String(errorText.suffix(8000)))
        """
    }
}

/// A command that did not end as the test expects; its description holds everything it printed.
struct UnexpectedEnding: Error, CustomStringConvertible {
    var expected: String
    var ending: Ending

    var description: String { "expected \(expected)\n\(ending)" }
}

/// A program, run as a user's shell would run it.
struct CommandLineTool: Sendable {
    var executable: String
    /// Variables that differ from those of the tests; `nil` removes one.
    var environment: [String: String?] = [:]

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - input: all of its stdin.
    ///   - limit: when it is killed.
    ///   - watching: called with every line of stdout as it comes, and the means to send a signal.
    /// - Returns: its end, also when it was killed; only a program that cannot be started throws.
    func callAsFunction(
        _ words: [String], input: [UInt8] = [], limit: Duration,
        watching: (@Sendable (String, (Signal) -> Void) async -> Void)? = nil
    ) async throws -> Ending {
        let changes = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let outcome = try await run(
            .path(.init(executable)), arguments: Arguments(words),
            environment: .inherit.updating(Dictionary(changes, uniquingKeysWith: { $1 })),
            input: .array(input), output: .sequence, error: .sequence
        ) { process in
            let watchdog = Task {
                try await Task.sleep(for: limit)
                try process.send(signal: .kill)
            }
            defer { watchdog.cancel() }
            async let errors = Self.collect(process.standardError) { _ in }
            var line: [UInt8] = []
            var output: [UInt8] = []
            for try await buffer in process.standardOutput {
                let bytes = buffer.withUnsafeBytes { Array($0) }
                output += bytes
                guard let watching else { continue }
                for byte in bytes {
                    if byte != UInt8(ascii: "\n") {
                        line.append(byte)
                        continue
                    }
                    await watching(String(decoding: line, as: UTF8.self)) { try? process.send(signal: $0) }
                    line.removeAll()
                }
            }
            return (output, try await errors)
        }
        let (output, errors) = outcome.closureResult
        var ending = Ending(
            words: [executable.split(separator: "/").last.map(String.init) ?? executable] + words, status: 0,
            output: output, errors: errors)
        switch outcome.terminationStatus {
        case .exited(let code): ending.status = code
        case .signaled(let number):
            ending.status = 128 + number
            ending.timedOut = number == SIGKILL
        }
        return ending
    }

    private static func collect(_ stream: SubprocessOutputSequence, _ body: ([UInt8]) -> Void) async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await buffer in stream { all += buffer.withUnsafeBytes { Array($0) } }
        return all
    }
}
