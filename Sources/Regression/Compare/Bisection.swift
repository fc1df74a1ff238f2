import Lab
import Results
import Statistics
import Support
import Topology

/// `bisect`: finds the commit from which on a case does not pass any more, or is slower, by building, booting and running.
package struct Bisection: Sendable {
    /// What is known of a commit.
    package enum Finding: String, Codable, Sendable {
        case good
        case bad
        /// It does not build, does not boot, or it is undecided.
        case unknown
    }

    /// What was found out of one commit.
    package struct Step: Codable, Sendable {
        /// Which one.
        package var commit: SourceHistory.Commit
        /// What it is.
        package var finding: Finding
        /// Why, in a sentence.
        package var reason: String
    }

    /// What came of it; `bisect.json` holds it.
    package struct Outcome: Codable, Sendable {
        /// In the order in which they were tried.
        package var steps: [Step]
        /// The commits of which one is the first bad one, the oldest first; one, unless those between could not be judged.
        package var suspects: [SourceHistory.Commit]
    }

    let search: CommitSearch
    let report: @Sendable (Step) -> Void

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - good: where all is well.
    ///   - commits: after it, the oldest first; the last one is where it is not.
    ///   - judge: builds, boots and runs a commit.
    package init(
        good: SourceHistory.Commit, commits: [SourceHistory.Commit],
        judge: @escaping @Sendable (SourceHistory.Commit) async throws -> (Finding, String),
        report: @escaping @Sendable (Step) -> Void
    ) {
        search = CommitSearch(good: good, commits: commits, judge: judge)
        self.report = report
    }

    /// Searches.
    ///
    /// - Throws: `RegressionError` if the ends are not what they should be.
    package func run() async throws -> Outcome { try await search.run(report) }
}

/// The search itself, which knows no lab.
struct CommitSearch: Sendable {
    let good: SourceHistory.Commit
    let commits: [SourceHistory.Commit]
    let judge: @Sendable (SourceHistory.Commit) async throws -> (Bisection.Finding, String)

    func run(_ report: (Bisection.Step) -> Void) async throws -> Bisection.Outcome {
        var steps: [Bisection.Step] = []
        func look(_ commit: SourceHistory.Commit) async throws -> Bisection.Finding {
            try Task.checkCancellation()
            let (finding, reason) = try await judge(commit)
            let step = Bisection.Step(commit: commit, finding: finding, reason: reason)
            steps.append(step)
            report(step)
            return finding
        }
        guard let last = commits.last else { return Bisection.Outcome(steps: [], suspects: []) }
        // An end that is not what somebody believes makes every further step a waste.
        try check(try await look(good), of: good, is: .good, steps)
        try check(try await look(last), of: last, is: .bad, steps)
        // The first bad one is in low...high.
        var (low, high) = (0, commits.count - 1)
        var unknown: Set<Int> = []
        while let middle = Self.next(low, high, without: unknown) {
            switch try await look(commits[middle]) {
            case .good: low = middle + 1
            case .bad: high = middle
            case .unknown: unknown.insert(middle)
            }
        }
        return Bisection.Outcome(steps: steps, suspects: Array(commits[low...high]))
    }

    private func check(
        _ finding: Bisection.Finding, of commit: SourceHistory.Commit, is wanted: Bisection.Finding,
        _ steps: [Bisection.Step]
    ) throws {
        guard finding != wanted else { return }
        let reason = steps.last.map { ": \($0.reason)" } ?? ""
        throw RegressionError(
            .badArgument, "\(commit.line) is \(finding.rawValue), not \(wanted.rawValue)\(reason)",
            hint: "name other ends by --good and --bad")
    }

    /// The commit to try: the nearest to the middle that can be judged, of those below the one that is known to be bad.
    static func next(_ low: Int, _ high: Int, without unknown: Set<Int>) -> Int? {
        let middle = (low + high) / 2
        return (low..<high).filter { !unknown.contains($0) }.min { (abs($0 - middle), $0) < (abs($1 - middle), $1) }
    }
}
