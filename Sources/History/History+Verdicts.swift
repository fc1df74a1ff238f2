import GRDB
import Results

/// What a run said of a case.
package struct CaseVerdict: Codable, Sendable, Equatable {
    /// The run's id.
    package var run: String
    /// When that run began, in seconds since 1970.
    package var started: Double
    /// Of the case.
    package var verdict: Verdict
    /// It passed only when it was tried again.
    package var isFlaky: Bool
    /// Of all its tries; `nil` if there was none.
    package var seconds: Double?

    fileprivate init(_ row: Row) throws {
        guard let verdict = Verdict(rawValue: row["verdict"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a case's verdict makes no sense")
        }
        (run, started, seconds) = (row["run_name"], row["started"], row["seconds"])
        (self.verdict, isFlaky) = (verdict, row["flaky"])
    }
}

extension History {
    /// The suites that have runs, in order.
    package func suites() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT suite FROM run ORDER BY suite") }
    }

    /// What runs said of a case, the newest first.
    ///
    /// - Parameter limit: at most so many runs.
    package func verdicts(suite: String, caseID: String, limit: Int = .max) throws -> [CaseVerdict] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT run.name AS run_name, result.started, result.verdict, result.flaky, result.seconds FROM result
                    JOIN test_case ON test_case.id = result.test_case JOIN run ON run.id = result.run
                    WHERE test_case.name = ? AND test_case.suite = ?
                    ORDER BY result.started DESC, result.run DESC LIMIT ?
                    """, arguments: [caseID, suite, limit]
            ).map(CaseVerdict.init)
        }
    }

    /// What runs said of all their cases, by the case's id, in the order of the runs.
    ///
    /// - Parameter runs: the runs' ids; one that is not there has no verdicts.
    package func verdicts(inRuns runs: [String]) throws -> [String: [CaseVerdict]] {
        try read { database in
            var found: [String: [CaseVerdict]] = [:]
            for run in runs {
                let rows = try Row.fetchCursor(
                    database.cachedStatement(
                        sql: """
                            SELECT test_case.name AS case_name, run.name AS run_name, result.started, result.verdict,
                                result.flaky, result.seconds
                            FROM run JOIN result ON result.run = run.id JOIN test_case ON test_case.id = result.test_case
                            WHERE run.name = ?
                            """), arguments: [run])
                while let row = try rows.next() { found[row["case_name"], default: []].append(try CaseVerdict(row)) }
            }
            return found
        }
    }
}
