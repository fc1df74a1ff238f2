import FoundationEssentials
import GRDB
import Results

/// A run in few words.
package struct RunSummary: Codable, Sendable, Equatable {
    /// The run's id.
    package var id: String
    /// The suite's name.
    package var suite: String
    /// Seconds since 1970.
    package var started: Double
    /// How far it got.
    package var state: RunResults.State
    /// Its own verdict.
    package var verdict: Verdict
    /// How many cases have each verdict.
    package var passed: Int
    /// How many cases have each verdict.
    package var failed: Int
    /// How many cases have each verdict.
    package var notJudged: Int
    /// How many cases have each verdict.
    package var notRun: Int
    /// How many of those that passed did so only when tried again.
    package var flaky: Int
    /// Of wall-clock time.
    package var seconds: Double

    fileprivate init(_ row: Row) throws {
        guard let state = RunResults.State(rawValue: row["state"]), let verdict = Verdict(rawValue: row["verdict"])
        else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a run's verdict makes no sense")
        }
        (id, suite, started) = (row["name"], row["suite"], row["started"])
        (self.state, self.verdict, seconds) = (state, verdict, row["seconds"])
        (passed, failed, notJudged) = (row["passed"], row["failed"], row["not_judged"])
        (notRun, flaky) = (row["not_run"], row["flaky"])
    }
}

extension History {
    /// The runs, the newest first.
    ///
    /// - Parameters:
    ///   - suite: only this one's; all if it is not given.
    ///   - limit: at most so many.
    package func runs(suite: String? = nil, limit: Int = .max) throws -> [RunSummary] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, suite, started, state, verdict, passed, failed, not_judged, not_run, flaky, seconds
                    FROM run WHERE ?1 IS NULL OR suite = ?1 ORDER BY started DESC, id DESC LIMIT ?2
                    """, arguments: [suite, limit]
            ).map(RunSummary.init)
        }
    }

    /// A run as it was recorded, with all its samples.
    ///
    /// - Throws: `HistoryError.unknown` if there is none of this id.
    package func run(_ id: String) throws -> RunResults {
        try read { database in
            let row = try Row.fetchOne(database, cached: "SELECT id, document FROM run WHERE name = ?", [id])
            guard let row else { throw HistoryError(.unknown, "the history has no run '\(id)'") }
            return try Document.load(row["id"], row["document"], from: database)
        }
    }
}
