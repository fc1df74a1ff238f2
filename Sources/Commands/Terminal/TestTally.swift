import Regression
import Results
import Support

/// How far a run is: what its events add up to.
struct TestTally {
    private var total = 0
    /// The verdict of each case's last try so far.
    private var verdicts: [String: Verdict] = [:]
    private var flaky: Set<String> = []
    private var running: [String: String] = [:]
    /// The suite's names of the labs on their way; two boots of one lab are two.
    private var booting: [String] = []
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
            planned = header.cases.map(\.id)
            return "\(header.suite): \(total) \(total == 1 ? "case" : "cases"), seed \(header.seed), run \(header.id)"
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
        case .skipped(let plan, let reason):
            verdicts[plan.id] = .notRun
            return isBrief ? nil : "not run    \(plan.id): \(reason)"
        case .note(let text): return text
        }
    }

    private mutating func tried(_ plan: PlannedCase, _ attempt: Attempt, isBrief: Bool) -> String? {
        running[plan.id] = nil
        if attempt.verdict == .passed, verdicts[plan.id] == .failed { flaky.insert(plan.id) }
        verdicts[plan.id] = attempt.verdict
        let time = Duration.seconds(attempt.seconds).formattedSeconds
        let again = attempt.number > 1 ? ", try \(attempt.number)" : ""
        let word = attempt.verdict == .notJudged ? "not judged" : attempt.verdict.words
        let line = word.padded(to: 11) + "\(plan.id) (\(time)\(again))"
        guard attempt.verdict != .passed else { return isBrief && again.isEmpty ? nil : line }
        let problems = attempt.problems.map { "           \($0.line)" }
        return ([line] + problems).joined(separator: "\n")
    }

    /// One line for now: `12/40 · 1 failed · on pair-1: tutorial/is/… · 48 s · about 3 min 20 s left`.
    var line: String {
        var parts = ["\(verdicts.count)/\(total)"]
        for verdict in [Verdict.failed, .notJudged, .notRun] {
            let count = verdicts.values.count { $0 == verdict }
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
        let left = planned.filter { verdicts[$0] == nil }
        let known = left.compactMap { expected[$0] }
        guard !left.isEmpty, known.count * 2 > left.count else { return nil }
        return known.reduce(0, +) / Double(known.count) * Double(left.count)
    }
}
