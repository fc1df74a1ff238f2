/// Lets builds take turns, whoever asks for them: two programs may come from one makefile.
actor BuildTurns {
    /// The end of the last build.
    private var last: Task<Void, Never>?

    /// Begins a build when those before it have ended.
    func take<Result: Sendable>(_ build: @escaping @Sendable () async throws -> Result) -> Task<Result, any Error> {
        let task = Task { [last] in
            await last?.value
            return try await build()
        }
        last = Task { _ = await task.result }
        return task
    }
}
