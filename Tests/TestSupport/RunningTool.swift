import Support
import SystemPackage

/// A program that a test started and leads while it runs.
public final class RunningTool: Sendable {
    private let words: [String]
    private let child: ChildProcess
    private let output: Said
    private let errors: Said
    private let started = ContinuousClock.now

    init(_ words: [String], environment: [String: String?], input: [UInt8]) throws {
        self.words = words
        let input = (pipe: try FileDescriptor.privatePipe(), bytes: input)
        let output = try FileDescriptor.privatePipe(), errors = try FileDescriptor.privatePipe()
        self.output = Said(output.readEnd)
        self.errors = Said(errors.readEnd)
        defer { for end in [input.pipe.readEnd, output.writeEnd, errors.writeEnd] { try? end.close() } }
        ThreadExecutor.detach(name: "input") {
            // The program may end before it has read all; that is no signal for the tests.
            var broken = sigset_t()
            sigemptyset(&broken)
            sigaddset(&broken, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &broken, nil)
            _ = try? input.pipe.writeEnd.closeAfter { try input.pipe.writeEnd.writeAll(input.bytes) }
        }
        child = try ChildProcess(
            words, environment: environment, input: .descriptor(input.pipe.readEnd.rawValue),
            output: .descriptor(output.writeEnd.rawValue), errors: .descriptor(errors.writeEnd.rawValue))
    }

    public var pid: pid_t { child.pid }

    public func send(_ signal: Int32) { child.send(signal) }

    /// Waits until stderr holds a text.
    public func errors(contain wanted: String, within limit: Duration = .seconds(120)) async throws {
        try await wait(for: wanted, from: errors, limit)
    }

    /// Waits until stdout holds a text.
    public func output(contains wanted: String, within limit: Duration = .seconds(60)) async throws {
        try await wait(for: wanted, from: output, limit)
    }

    private func wait(for wanted: String, from stream: Said, _ limit: Duration) async throws {
        let reading = Task { await stream.read { stream.bytes.contains(Array(wanted.utf8)) } }
        let isThere = await Self.cancelling([reading], after: limit) { await reading.value }
        guard isThere else { throw UnexpectedEnding(expected: "'\(wanted)'", ending: ending(status: -1)) }
    }

    /// Waits for its end, after which it is killed.
    ///
    /// - Parameter watching: called with every line of stdout as it comes, and the means to send a signal.
    /// - Throws: `UnexpectedEnding` if it takes longer than `limit`.
    public func end(
        within limit: Duration, watching: (@Sendable (String, (Int32) -> Void) async -> Void)? = nil
    ) async throws -> Ending {
        let lines = Task {
            await output.readLines { await watching?($0, self.send) }
            return true
        }
        let rest = Task { await errors.read { false } }
        let watchdog = Task { [child] in
            guard (try? await Task.sleep(for: limit)) != nil else { return false }
            child.send(SIGKILL)
            return true
        }
        let status = await child.awaitEnd().ending.shellStatus
        watchdog.cancel()
        // What it left behind may hold its streams for ever.
        let reading = [lines, rest]
        await Self.cancelling(reading, after: .seconds(30)) { for task in reading { _ = await task.value } }
        let ending = ending(status: status)
        guard await !watchdog.value else {
            throw UnexpectedEnding(expected: "its end within \(limit.formattedClock)", ending: ending)
        }
        return ending
    }

    /// Waits for tasks, which are cancelled after a while.
    private static func cancelling<Result>(
        _ tasks: [Task<Bool, Never>], after limit: Duration, _ body: () async -> Result
    ) async -> Result {
        let watchdog = Task {
            try await Task.sleep(for: limit)
            for task in tasks { task.cancel() }
        }
        defer { watchdog.cancel() }
        return await body()
    }

    private func ending(status: Int32) -> Ending {
        Ending(words: words, status: status, output: output.bytes, errors: errors.bytes, duration: .now - started)
    }
}
