import Synchronization

/// A value that tasks and threads share, with the lock that guards it.
///
/// It is a `Mutex` whose lock is taken and given back in a function of its own. On Linux, a mutex knows its owner by the
/// thread's id, which it keeps in a thread-local variable. Inlined into an asynchronous function, the optimiser takes the
/// address of that variable once, and still uses it after the function has gone on in another thread (Swift 6.3): then the lock
/// is given back by a thread that does not hold it, which ends the process.
package struct Guarded<Value: ~Copyable>: ~Copyable {
    private let mutex: Mutex<Value>

    /// Nobody holds the lock.
    package init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Calls `body` with the value, and lets nobody else have it meanwhile. Not to be called from `body`.
    @inline(never)
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock(body)
    }
}

extension Guarded: Sendable where Value: ~Copyable {}
