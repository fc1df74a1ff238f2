import Support

/// Tells what nodes are being waited for, once it takes longer than one notices, and again from time to time.
struct WaitNotes: Sendable {
    let report: LabEventHandler

    private static let patience = Duration.seconds(1)
    private static let pause = Duration.seconds(5)

    /// Says that `node` is waited for until `body` has ended.
    ///
    /// - Parameter what: completes the sentence "waiting for …".
    func tell<Result: Sendable>(
        _ node: String, for what: String, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let (report, began) = (report, ContinuousClock.now)
        let notes = Task {
            var pause = Self.patience
            while (try? await Task.sleep(for: pause)) != nil {
                report(.node(node, .note("waiting for \(what) (\((ContinuousClock.now - began).formattedSeconds))")))
                pause = Self.pause
            }
        }
        defer { notes.cancel() }
        return try await body()
    }
}
