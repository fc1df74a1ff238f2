import Support

/// A thread for work that blocks or computes for long.
actor Worker {
    private let thread: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ name: String) { thread = ThreadExecutor(name: name) }

    func run<Result: Sendable>(_ work: @Sendable () throws -> Result) throws -> Result {
        try Task.checkCancellation()
        return try work()
    }
}
