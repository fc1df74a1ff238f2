import FoundationEssentials
import GRDB
import Results
import Statistics

/// What a case's verdict means beside those of earlier runs. Runs in which it was not judged, not run or not there say nothing.
package enum CaseLife: Codable, Sendable, Equatable {
    /// As before, or for the first time.
    case passing
    /// It passed when tried again; so it did in `count` of the last `of` runs that judged it, this one among them.
    case flaky(count: Int, of: Int)
    /// It failed in the run before, and in all since that one.
    case fixed(failedSince: String)
    /// It fails for the first time, or passed in the run before: that one's id.
    case newFailure(lastPassed: String?)
    /// It has failed in every run since that one.
    case stillFailing(since: String)
    /// Whether it works is not known; neither good nor bad.
    case notJudged
    /// Nobody tried. It has not passed.
    case notRun
}

extension History {
    /// Flaky is told of this many runs.
    private static let flakyRuns = 20
    /// How long a case takes is told by this many runs.
    private static let timedRuns = 10

    /// A case's life up to a run, which need not be recorded.
    ///
    /// - Parameters:
    ///   - id: the case's id. A case that the run does not have was not run.
    ///   - run: its own verdicts are taken from here, those before from the history.
    package func life(of id: String, in run: RunResults) throws -> CaseLife {
        guard let result = run.cases.first(where: { $0.plan.id == id }) else { return .notRun }
        return try read { try Self.life(of: result, in: run.run, $0) }
    }

    /// The lives of all cases of a run, by their ids.
    package func lives(in run: RunResults) throws -> [String: CaseLife] {
        try read { database in
            try run.cases.reduce(into: [:]) { $0[$1.plan.id] = try Self.life(of: $1, in: run.run, database) }
        }
    }

    /// The usual seconds of cases, with all tries: the median of the last runs that ran them. Cases without any are left out.
    package func expectedSeconds(suite: String, cases: [String]) throws -> [String: Double] {
        try read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT seconds FROM result JOIN test_case ON test_case.id = test_case
                    WHERE name = ? AND suite = ? AND seconds IS NOT NULL
                    ORDER BY test_case, started DESC, run DESC LIMIT \(Self.timedRuns)
                    """)
            return try cases.reduce(into: [:]) { expected, id in
                let seconds = try Double.fetchAll(statement, arguments: [id, suite])
                if !seconds.isEmpty { expected[id] = Robust.median(seconds) }
            }
        }
    }

    private static func life(of result: CaseResult, in run: RunHeader, _ database: Database) throws -> CaseLife {
        switch result.verdict {
        case .notRun: return .notRun
        case .notJudged: return .notJudged
        case .passed, .failed: break
        }
        let earlier = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT run.name, result.verdict, result.flaky FROM result
                    JOIN test_case ON test_case.id = result.test_case JOIN run ON run.id = result.run
                    WHERE test_case.name = ? AND test_case.suite = ? AND result.started <= ? AND run.name <> ?
                        AND result.verdict IN ('passed', 'failed')
                    ORDER BY result.started DESC, result.run DESC
                    """), arguments: [result.plan.id, run.suite, run.started, run.id])
        if result.isFlaky { return try flakiness(earlier) }
        var failedSince: String?
        var lastPassed: String?
        while lastPassed == nil, let row = try earlier.next() {
            if row[1] == Verdict.passed.rawValue { lastPassed = row[0] } else { failedSince = row[0] }
        }
        if result.verdict == .passed { return failedSince.map { .fixed(failedSince: $0) } ?? .passing }
        return failedSince.map { .stillFailing(since: $0) } ?? .newFailure(lastPassed: lastPassed)
    }

    private static func flakiness(_ earlier: RowCursor) throws -> CaseLife {
        var (flaky, judged) = (1, 1)
        while judged < flakyRuns, let row = try earlier.next() {
            judged += 1
            if row[2] { flaky += 1 }
        }
        return .flaky(count: flaky, of: judged)
    }
}
