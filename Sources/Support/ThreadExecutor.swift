import CLinux

/// An actor's executor over one thread of its own, for C libraries whose calls block.
///
/// The cooperative pool has as many threads as the host has cores: one blocked call per core would stop the program.
package final class ThreadExecutor: SerialExecutor {
    private let queue: Queue

    /// - Parameter name: what `ps -L` and debuggers call the thread; Linux keeps 15 bytes of it.
    package init(name: String) {
        queue = Queue(name: name)
        queue.start()
    }

    deinit { queue.stop() }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.append(UnownedJob(job), executor: self)
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// `start`, where the program could not go on without the thread.
    package static func detach(name: String, _ body: @escaping @Sendable () -> Void) {
        do { try start(name: name, body) } catch { preconditionFailure("\(error)") }
    }

    /// Runs `body` on a new thread, for work that blocks until its end.
    ///
    /// - Parameter name: what `ps -L` and debuggers call the thread; Linux keeps 15 bytes of it.
    /// - Throws: `SystemError` if there are too many threads.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) throws {
        final class Start: Sendable {
            let name: String
            let body: @Sendable () -> Void
            init(name: String, body: @escaping @Sendable () -> Void) {
                self.name = name
                self.body = body
            }
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                linux_set_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SystemError("pthread_create", errno: result)
        }
        pthread_detach(thread)
    }

    /// The jobs and their thread. It is apart from the executor so that the thread does not keep the executor alive.
    private final class Queue: Sendable {
        private struct State {
            // The executor stays alive until its job has run.
            var jobs: [(UnownedJob, ThreadExecutor)] = []
            var stopped = false
        }

        private let name: String
        private let state = Guarded(State())
        private let wakeUp = Semaphore()

        init(name: String) { self.name = name }

        func append(_ job: UnownedJob, executor: ThreadExecutor) {
            state.withLock { $0.jobs.append((job, executor)) }
            wakeUp.signal()
        }

        func stop() {
            state.withLock { $0.stopped = true }
            wakeUp.signal()
        }

        func start() {
            ThreadExecutor.detach(name: name) { [self] in run() }
        }

        private func run() {
            while true {
                wakeUp.wait()
                let (batch, stopped) = state.withLock { state in
                    defer { state.jobs = [] }
                    return (state.jobs, state.stopped)
                }
                for (job, executor) in batch {
                    job.runSynchronously(on: executor.asUnownedSerialExecutor())
                }
                if stopped && batch.isEmpty { return }
            }
        }
    }
}

/// A counting semaphore of the C library, which a plain thread may wait on.
private final class Semaphore: @unchecked Sendable {
    // A semaphore must not move in memory.
    private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(handle, 0, 0) }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() { sem_post(handle) }

    func wait() {
        while sem_wait(handle) != 0 {}
    }
}
