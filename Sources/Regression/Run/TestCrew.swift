import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// What the workers of a run share.
final class TestCrew: Sendable {
    private struct State {
        var stopReason: String?
        var failure: (any Error)?
        var bootFailures: [LabBuild: Int] = [:]
        /// How many tries cases have had on each build, by id.
        var tries: [TestBuild: [String: Int]]
        /// The ids of the cases that were left out.
        var skipped: Set<String> = []
    }

    private struct LabBuild: Hashable {
        var lab: String
        var build: TestBuild

        init(_ order: BootOrder) { (lab, build) = (order.lab.name, order.build) }
    }

    /// After so many boots that failed in a row, a lab is given up.
    private static let patience = 3

    let run: RunDirectory
    let queue: CaseQueue
    private let rooms: [TestBuild: BuildRoom]
    let options: TestRun.Options
    let report: @Sendable (TestEvent) -> Void
    private let log: ResultLog
    private let deadline: ContinuousClock.Instant?
    private let state: Guarded<State>

    init(
        run: RunDirectory, log: ResultLog, queue: CaseQueue, rooms: [TestBuild: BuildRoom],
        tries: [TestBuild: [String: Int]], options: TestRun.Options, deadline: ContinuousClock.Instant?,
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.run = run
        self.log = log
        self.queue = queue
        self.rooms = rooms
        self.options = options
        self.deadline = deadline
        self.report = report
        state = Guarded(State(tries: tries))
    }

    /// What a build's cases need. There are no turns of a build without it.
    func room(of build: TestBuild) -> BuildRoom {
        guard let room = rooms[build] else { preconditionFailure("no room for \(build)") }
        return room
    }

    /// The turn with the number of the try that it is.
    func numbered(_ turn: CaseQueue.Turn) -> CaseQueue.Turn {
        var turn = turn
        turn.attempt = state.withLock { state in
            state.tries[turn.build, default: [:]][turn.plan.id, default: 0] += 1
            return state.tries[turn.build]?[turn.plan.id] ?? 0
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
            state.tries[.subject]?[plan.id] ?? 0 == 0 && state.skipped.insert(plan.id).inserted
        }
        guard isFirst else { return }
        write(.skipped(id: plan.id, reason: reason))
        report(.skipped(plan, reason: reason))
    }

    /// Writes a try down, and decides whether there is another.
    func finish(_ turn: CaseQueue.Turn, _ attempt: Attempt) async {
        if turn.build == .reference { return await finishReference(turn, attempt) }
        write(.tried(id: turn.plan.id, attempt))
        report(.tried(turn.plan, attempt))
        switch attempt.verdict {
        case .failed where turn.tryOfRound <= options.retries: await queue.again(turn.next)
        // What could not be judged gets a second chance on a lab that is surely well.
        case .notJudged where turn.tryOfRound == 1 && attempt.isLabsFault:
            await queue.again(turn.next)
        case .failed where options.failFast: stop("a case failed before, and --fail-fast was given")
        default: break
        }
    }

    /// What is wrong with a reference is nothing that the run is about: it is told, and there is nothing to compare with.
    private func finishReference(_ turn: CaseQueue.Turn, _ attempt: Attempt) async {
        write(.referenceTried(id: turn.plan.id, attempt))
        report(.referenceTried(turn.plan, attempt))
        if attempt.isLabsFault, turn.tryOfRound == 1 { await queue.again(turn.next) }
    }

    /// A case that its lab's kernels do not offer what it needs; nothing is booted for it.
    func refuse(_ turn: CaseQueue.Turn, _ lacks: [Problem]) async {
        let turn = numbered(turn)
        await finish(
            turn,
            Attempt(
                number: turn.attempt, round: turn.round, boot: nil, started: Date().timeIntervalSince1970, seconds: 0,
                problems: lacks, measurements: [], folder: turn.folder))
    }

    func booted(_ order: BootOrder) { state.withLock { $0.bootFailures[LabBuild(order)] = nil } }

    /// A lab did not boot for a case.
    func bootFailed(_ turn: CaseQueue.Turn, _ error: any Error) async {
        let turn = numbered(turn)
        let lab = turn.one.point.lab.name
        let count = state.withLock { state in
            state.bootFailures[LabBuild(turn.order), default: 0] += 1
            return state.bootFailures[LabBuild(turn.order), default: 0]
        }
        await finish(
            turn,
            Attempt(
                number: turn.attempt, round: turn.round, boot: nil, started: Date().timeIntervalSince1970, seconds: 0,
                problems: [Problem(.lab, "lab '\(lab)' did not boot: \(error.sentence)", details: error.evidence)],
                measurements: [], folder: turn.folder))
        guard count >= Self.patience else { return }
        let dropped = await queue.drop(lab: lab, build: turn.build)
        let reason = "lab '\(lab)' did not boot \(count) times in a row"
        guard turn.build == .subject else { return report(.note("the reference is given up: \(reason)")) }
        for plan in dropped where plan.id != turn.plan.id { skip(plan, reason) }
    }
}

/// What the cases of one build need.
struct BuildRoom: Sendable {
    /// With its images.
    let environment: LabEnvironment
    let programs: ProgramShelf
    let baselines = Baselines()
    /// What every node's shell runs after each boot.
    let setUp: [String]
    /// What it is, if it is a reference.
    let title: String?
}

extension Attempt {
    /// The lab or the host kept it from being judged.
    fileprivate var isLabsFault: Bool {
        verdict == .notJudged && problems.contains { $0.kind == .lab || $0.kind == .host }
    }
}

extension CaseQueue.Turn {
    /// Where the files of this try are, relative to the run's directory.
    var folder: String { "cases/\(plan.id)/try-\(build == .reference ? "reference-" : "")\(attempt)" }

    /// The next try of the same case.
    var next: CaseQueue.Turn {
        var turn = self
        turn.tryOfRound += 1
        return turn
    }
}
