/// One value that comes later, for one waiter. It belongs to an actor and never leaves it.
final class Promise<Value: Sendable> {
    private var continuation: CheckedContinuation<Value, any Error>?
    private var outcome: Result<Value, any Error>?

    /// The first outcome counts.
    func resolve(_ result: Result<Value, any Error>) {
        guard outcome == nil else { return }
        outcome = result
        continuation?.resume(with: result)
        continuation = nil
    }

    func attach(_ waiter: CheckedContinuation<Value, any Error>) {
        if let outcome {
            waiter.resume(with: outcome)
        } else {
            continuation = waiter
        }
    }
}
