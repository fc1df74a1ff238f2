import Regression
import Results
import Support

/// How far a run is: what its events add up to.
struct TestTally {
    private var total = 0
    /// On how many boots each case is run.
    private var rounds = 1
    /// The verdict of the last try so far of each case on each of its boots.
    private var verdicts: [Turn: Verdict] = [:]
    private var flaky: Set<String> = []
    private var running: [String: String] = [:]
    /// The suite's names of the labs on their way; two boots of one lab are two.
    private var booting: [String] = []
    private struct Turn: Hashable {
        var id: String
        var round: Int
    }

    private let began = ContinuousClock.now
    /// Of a case, as known from earlier runs; in seconds.
    private let expected: [String: Double]
    private var planned: [String] = []

    /// - Parameter expected: how long cases took before, by id, in seconds.
    init(expected: [String: Double] = [:]) { self.expected = expected }

    /// Takes an event, and gives a line for it, if it deserves one.
    ///
    /// - Parameter isBrief: whether only what did not pass deserves one.
    mutating func take(_ event: TestEvent, isBrief: Bool) -> String? {
        switch event {
        case .began(let header):
            total = header.cases.count
            rounds = header.rounds
            planned = header.cases.map(\.id)
            let boots = rounds > 1 ? " on \(rounds) boots each" : ""
            return
                "\(header.suite): \(total) \(total == 1 ? "case" : "cases")\(boots), seed \(header.seed), run \(header.id)"
        case .booting(let lab, let name):
            booting.append(lab)
            return isBrief ? nil : "booting lab \(lab) as \(name)"
        case .booted(let boot):
            if let index = booting.firstIndex(of: boot.lab) { booting.remove(at: index) }
            return isBrief ? nil : "lab \(boot.id) is up (\(Duration.seconds(boot.seconds).formattedSeconds))"
        case .started(let plan, _, let boot):
            running[plan.id] = boot
            return nil
        case .tried(let plan, let attempt): return tried(plan, attempt, isBrief: isBrief)
        case .referenceTried(let plan, let attempt):
            running[plan.id] = nil
            let problem = attempt.problems.first.map { ": " + $0.line } ?? ""
            return isBrief && problem.isEmpty ? nil : "reference  \(plan.id) (\(Self.time(attempt)))\(problem)"
        case .skipped(let plan, let reason):
            for round in 1...rounds { verdicts[Turn(id: plan.id, round: round)] = .notRun }
            return isBrief ? nil : "not run    \(plan.id): \(reason)"
        case .note(let text): return text
        }
    }

    private mutating func tried(_ plan: PlannedCase, _ attempt: Attempt, isBrief: Bool) -> String? {
        running[plan.id] = nil
        let turn = Turn(id: plan.id, round: attempt.round)
        let before = verdicts.updateValue(attempt.verdict, forKey: turn)
        if attempt.verdict == .passed, before == .failed { flaky.insert(plan.id) }
        let boot = rounds > 1 ? ", boot \(attempt.round) of \(rounds)" : ""
        let again = before != nil || rounds == 1 && attempt.number > 1 ? ", try \(attempt.number)" : ""
        let word = attempt.verdict == .notJudged ? "not judged" : attempt.verdict.words
        let line = word.padded(to: 11) + "\(plan.id) (\(Self.time(attempt))\(boot)\(again))"
        guard attempt.verdict != .passed else { return isBrief && again.isEmpty ? nil : line }
        let problems = attempt.problems.map { "           \($0.line)" }
        return ([line] + problems).joined(separator: "\n")
    }

    private static func time(_ attempt: Attempt) -> String { Duration.seconds(attempt.seconds).formattedSeconds }

    /// One line for now: `12/40 · 1 failed · on pair-1: tutorial/is/… · 48 s · about 3 min 20 s left`.
    var line: String {
        var parts = ["\(verdicts.count)/\(total * rounds)"]
        for verdict in [Verdict.failed, .notJudged, .notRun] {
            let count = Set(verdicts.filter { $0.value == verdict }.map(\.key.id)).count
            if count > 0 { parts.append("\(count) \(verdict == .notJudged ? "not judged" : verdict.words)") }
        }
        if !flaky.isEmpty { parts.append("\(flaky.count) flaky") }
        if let first = running.min(by: { $0.key < $1.key }) { parts.append("on \(first.value): \(first.key)") }
        if running.isEmpty, let lab = booting.min() { parts.append("booting \(lab)") }
        parts.append((ContinuousClock.now - began).formattedClock)
        if let left = secondsLeft { parts.append("about \(Duration.seconds(left).formattedClock) left") }
        return parts.joined(separator: " · ")
    }

    /// From earlier runs of these cases; `nil` if half of them are new.
    private var secondsLeft: Double? {
        let left = (1...rounds).flatMap { round in planned.filter { verdicts[Turn(id: $0, round: round)] == nil } }
        // What is known is of all boots together.
        let known = left.compactMap { expected[$0].map { $0 / Double(rounds) } }
        guard !left.isEmpty, known.count * 2 > left.count else { return nil }
        return known.reduce(0, +) / Double(known.count) * Double(left.count)
    }
}
