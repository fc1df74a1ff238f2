import FoundationEssentials
import Lab
import Results
import Support
import Synchronization
import Topology

/// What the workers of a run share.
final class TestCrew: Sendable {
    private struct State {
        var stopReason: String?
        var failure: (any Error)?
        var bootFailures: [String: Int] = [:]
        /// How many tries cases have had, by id.
        var tries: [String: Int]
        /// The ids of the cases that were left out.
        var skipped: Set<String> = []
    }

    /// After so many boots that failed in a row, a lab is given up.
    private static let patience = 3

    let environment: LabEnvironment
    let run: RunDirectory
    let queue: CaseQueue
    let programs: ProgramShelf
    let baselines = Baselines()
    let options: TestRun.Options
    let report: @Sendable (TestEvent) -> Void
    private let log: ResultLog
    private let deadline: ContinuousClock.Instant?
    private let state: Mutex<State>

    init(
        environment: LabEnvironment, run: RunDirectory, log: ResultLog, queue: CaseQueue, programs: ProgramShelf,
        tries: [String: Int], options: TestRun.Options, deadline: ContinuousClock.Instant?,
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.environment = environment
        self.run = run
        self.log = log
        self.queue = queue
        self.programs = programs
        self.options = options
        self.deadline = deadline
        self.report = report
        state = Mutex(State(tries: tries))
    }

    /// The turn with the number of the try that it is.
    func numbered(_ turn: CaseQueue.Turn) -> CaseQueue.Turn {
        var turn = turn
        turn.attempt = state.withLock { state in
            state.tries[turn.plan.id, default: 0] += 1
            return state.tries[turn.plan.id, default: 0]
        }
        return turn
    }

    /// Why no more cases are begun, if so.
    var stopReason: String? { state.withLock { $0.stopReason } }
    /// What kept results from being written down.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Whether another case may begin.
    var mayBegin: Bool {
        if let deadline, ContinuousClock.now >= deadline { stop("the run's time was over") }
        return !Task.isCancelled && stopReason == nil
    }

    func stop(_ reason: String) { state.withLock { $0.stopReason = $0.stopReason ?? reason } }

    /// A result that cannot be written down is worth nothing: the run ends, and says why.
    func write(_ event: RunEvent) {
        do {
            try log.append(event)
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
            stop("results could not be written down: \(error.sentence)")
        }
    }

    /// Leaves a turn of a case out. What was tried on another boot is not *not run*, and one reason is enough.
    func skip(_ plan: PlannedCase, _ reason: String) {
        let isFirst = state.withLock { state in
            state.tries[plan.id, default: 0] == 0 && state.skipped.insert(plan.id).inserted
        }
        guard isFirst else { return }
        write(.skipped(id: plan.id, reason: reason))
        report(.skipped(plan, reason: reason))
    }

    /// Writes a try down, and decides whether there is another.
    func finish(_ turn: CaseQueue.Turn, _ attempt: Attempt) async {
        write(.tried(id: turn.plan.id, attempt))
        report(.tried(turn.plan, attempt))
        switch attempt.verdict {
        case .failed where turn.tryOfRound <= options.retries: await queue.again(turn.next)
        // What could not be judged gets a second chance on a lab that is surely well.
        case .notJudged where turn.tryOfRound == 1 && attempt.problems.contains { $0.kind == .lab || $0.kind == .host }:
            await queue.again(turn.next)
        case .failed where options.failFast: stop("a case failed before, and --fail-fast was given")
        default: break
        }
    }

    func booted(_ lab: String) { state.withLock { $0.bootFailures[lab] = nil } }

    /// A lab did not boot for a case.
    func bootFailed(_ turn: CaseQueue.Turn, _ error: any Error) async {
        let turn = numbered(turn)
        let lab = turn.one.point.lab.name
        let count = state.withLock { state in
            state.bootFailures[lab, default: 0] += 1
            return state.bootFailures[lab, default: 0]
        }
        await finish(
            turn,
            Attempt(
                number: turn.attempt, round: turn.round, boot: nil, started: Date().timeIntervalSince1970, seconds: 0,
                problems: [Problem(.lab, "lab '\(lab)' did not boot: \(error.sentence)", details: error.evidence)],
                measurements: [], folder: "cases/\(turn.one.id)/try-\(turn.attempt)"))
        guard count >= Self.patience else { return }
        for plan in await queue.drop(lab: lab) where plan.id != turn.plan.id {
            skip(plan, "lab '\(lab)' did not boot \(count) times in a row")
        }
    }
}

extension CaseQueue.Turn {
    /// The next try of the same case.
    var next: CaseQueue.Turn {
        var turn = self
        turn.tryOfRound += 1
        return turn
    }
}
