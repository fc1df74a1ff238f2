import Support

/// What a `PollingActor` waits for.
package struct PollInterests: Sendable {
    var descriptors: [pollfd] = []
    var deadline: ContinuousClock.Instant?

    /// Wakes up no later than `instant`.
    mutating func wake(by instant: ContinuousClock.Instant) {
        deadline = deadline.map { min($0, instant) } ?? instant
    }
}

/// An actor that runs on a `PollExecutor` and is told when its descriptors are ready.
package protocol PollingActor: Actor {
    /// Called before each wait.
    func interests() -> PollInterests
    /// Called after each wait, with the descriptors of `interests()` and their `revents`.
    func turn(_ ready: [pollfd])
}

/// An actor's executor over one thread that waits in poll(2): for the actor's jobs, its descriptors and its deadlines.
///
/// So an actor can own a connection without blocking, without a lock, and without a busy loop.
final class PollExecutor: SerialExecutor {
    private let queue: Queue

    init(name: String) throws { queue = try Queue(name: name) }

    deinit { queue.stop() }

    /// Names the actor whose descriptors the thread waits for. The executor does not keep it alive.
    func attach(_ actor: any PollingActor) {
        queue.attach(actor)
    }

    func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job), executor: self) }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// The runtime asks this when `assumeIsolated` is called outside of a job, as the thread itself does.
    func checkIsolated() {
        precondition(queue.isCurrentThread, "not on the thread of this executor")
    }

    /// The jobs and their thread. It is apart from the executor so that the thread does not keep the executor alive.
    private final class Queue: Sendable {
        private struct State {
            // The executor stays alive until its job has run.
            var jobs: [(UnownedJob, PollExecutor)] = []
            weak var actor: (any PollingActor)?
            var thread: pthread_t?
            var stopped = false
        }

        private let state = Guarded(State())
        private let wakeUp: WakeEvent

        init(name: String) throws {
            wakeUp = try WakeEvent()
            try ThreadExecutor.start(name: name) { [self] in run() }
        }

        var isCurrentThread: Bool {
            state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
        }

        func attach(_ actor: any PollingActor) {
            state.withLock { $0.actor = actor }
            wakeUp.signal()
        }

        func append(_ job: UnownedJob, executor: PollExecutor) {
            state.withLock { $0.jobs.append((job, executor)) }
            wakeUp.signal()
        }

        func stop() {
            state.withLock { $0.stopped = true }
            wakeUp.signal()
        }

        private func run() {
            ignoreBrokenPipes()
            state.withLock { $0.thread = pthread_self() }
            while runJobs() {
                let interests = withActor { Self.interests(of: $0) } ?? PollInterests()
                var descriptors = interests.descriptors
                descriptors.append(pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0))
                poll(&descriptors, nfds_t(descriptors.count), interests.deadline.pollLimit)
                if descriptors.removeLast().revents != 0 { wakeUp.take() }
                let ready = descriptors
                withActor { Self.turn($0, ready) }
            }
        }

        /// A reader of our output that went away is an error to report (EPIPE), not a reason to die.
        private func ignoreBrokenPipes() {
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
        }

        /// Runs what is queued; `false` once the executor is gone.
        private func runJobs() -> Bool {
            while true {
                let (batch, stopped) = state.withLock { state in
                    defer { state.jobs = [] }
                    return (state.jobs, state.stopped)
                }
                if batch.isEmpty { return !stopped }
                for (job, executor) in batch {
                    job.runSynchronously(on: executor.asUnownedSerialExecutor())
                }
            }
        }

        @discardableResult
        private func withActor<T>(_ body: (any PollingActor) -> T) -> T? {
            state.withLock { $0.actor }.map(body)
        }

        private static func interests(of actor: some PollingActor) -> PollInterests {
            actor.assumeIsolated { $0.interests() }
        }

        private static func turn(_ actor: some PollingActor, _ ready: [pollfd]) {
            actor.assumeIsolated { $0.turn(ready) }
        }
    }
}
