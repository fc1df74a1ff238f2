import Support

/// A finished child process and what it cost.
struct Child: Sendable {
    /// From its start until it was reaped.
    var seconds: Double
    /// In MiB, by the kernel's account.
    var peakMemory: Double
    var output: String

    /// Runs a program to its end; cancellation sends it SIGTERM and still waits for its end.
    ///
    /// - Throws: `BenchError` if it does not end with 0, with what it wrote to stderr.
    @discardableResult
    static func run(_ words: [String]) async throws -> Child {
        let output = try MemoryFile("output")
        let errors = try MemoryFile("errors")
        let began = ContinuousClock.now
        let process = try ChildProcess(
            words, output: .descriptor(output.descriptor), errors: .descriptor(errors.descriptor))
        let end = await withTaskCancellationHandler {
            await process.awaitEnd()
        } onCancel: {
            process.send(SIGTERM)
        }
        let elapsed = ContinuousClock.now - began
        try Task.checkCancellation()
        guard end.ending.isSuccess else {
            throw BenchError(
                "`\(ShellWord.join(words))` \(end.ending)",
                details: errors.text.split(separator: "\n").suffix(20).map(String.init))
        }
        return Child(
            seconds: elapsed.microseconds / 1e6, peakMemory: Double(end.peakKiB) / 1024, output: output.text)
    }
}
