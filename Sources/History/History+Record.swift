import FoundationEssentials
import GRDB
import Results
import Statistics

extension History {
    /// What became of a run that was to be recorded.
    package enum Recording: String, Sendable, Equatable {
        /// It was not there before.
        case added
        /// An earlier record of it made room: there is more of the run now.
        case replaced
        /// The history has it already, or has more of it.
        case kept
    }

    /// Records a run, or what there is of it; again when there is more. A run that is complete never makes room for one that
    /// is not.
    ///
    /// - Throws: `HistoryError`; nothing of the run is recorded then.
    @discardableResult
    package func record(_ run: RunResults) throws -> Recording {
        try write { try RunWriter($0, path).write(run) }
    }

    /// Takes runs away, such as old ones.
    ///
    /// - Returns: how many of them there were.
    @discardableResult
    package func remove(runs: [String]) throws -> Int {
        try write { database in
            let writer = RunWriter(database, path)
            return try runs.count { name in
                let id = try Int64.fetchOne(database, sql: "SELECT id FROM run WHERE name = ?", arguments: [name])
                if let id { try writer.remove(id) }
                return id != nil
            }
        }
    }
}

/// A transaction that writes runs.
struct RunWriter {
    private let database: Database
    private let path: String

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
    }

    /// See `History.record`.
    func write(_ run: RunResults) throws -> History.Recording {
        try Self.check(run)
        let document = try Document.encode(run)
        let old = try Row.fetchOne(
            database, cached: "SELECT id, state, document FROM run WHERE name = ?", [run.run.id])
        if let old {
            let isComplete = old["state"] == RunResults.State.complete.rawValue
            if isComplete && run.state != .complete { return .kept }
            if old["document"] == document, try Document.load(old["id"], document, from: database) == run {
                return .kept
            }
            try remove(old["id"])
        }
        let id = try insertRun(run, document)
        let boots = try insertBoots(of: run, id)
        for result in run.cases { try insert(result, of: run, id, boots) }
        return old == nil ? .added : .replaced
    }

    func remove(_ run: Int64) throws {
        try database.execute(
            cached: "DELETE FROM samples WHERE id IN (SELECT samples FROM sample_set WHERE run = ?)", [run])
        try database.execute(cached: "DELETE FROM run WHERE id = ?", [run])
    }

    /// What the tables take for granted.
    private static func check(_ run: RunResults) throws {
        func refuse(_ reason: String) -> HistoryError { HistoryError(.badRun, "run '\(run.run.id)': \(reason)") }
        if run.schema > RunResults.currentSchema { throw HistoryError.newer("run '\(run.run.id)'") }
        if run.run.id.isEmpty { throw HistoryError(.badRun, "a run has no id") }
        if !run.run.started.isFinite { throw refuse("it has no time of its start") }
        if let twice = firstTwice(run.cases.map(\.plan.id)) { throw refuse("case '\(twice)' is there twice") }
        if let twice = firstTwice(run.boots.map(\.id)) { throw refuse("boot '\(twice)' is there twice") }
    }

    private static func firstTwice(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    private func insertRun(_ run: RunResults, _ document: Data) throws -> Int64 {
        try database.execute(
            cached: """
                INSERT INTO run (name, suite, started, state, verdict, passed, failed, not_judged, not_run, flaky, seconds,
                    document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            [
                run.run.id, run.run.suite, run.run.started, run.state.rawValue, run.verdict.rawValue,
                run.count(.passed), run.count(.failed), run.count(.notJudged), run.count(.notRun), run.flakyCount,
                run.seconds, document,
            ])
        return database.lastInsertedRowID
    }

    private func insertBoots(of run: RunResults, _ id: Int64) throws -> [String: Int64] {
        var boots: [String: Int64] = [:]
        for boot in run.boots {
            let fingerprint = String(decoding: try Document.encoder.encode(boot.fingerprint), as: UTF8.self)
            let environment = try find(
                "environment", "SELECT id FROM environment WHERE fingerprint = ?",
                "INSERT INTO environment (fingerprint) VALUES (?)", [fingerprint])
            try database.execute(
                cached: "INSERT INTO boot (run, name, environment) VALUES (?, ?, ?)", [id, boot.id, environment])
            boots[boot.id] = database.lastInsertedRowID
        }
        return boots
    }

    private func insert(_ result: CaseResult, of run: RunResults, _ id: Int64, _ boots: [String: Int64]) throws {
        let testCase = try find(
            "test_case", "SELECT id FROM test_case WHERE name = ? AND suite = ?",
            "INSERT INTO test_case (name, suite) VALUES (?, ?)", [result.plan.id, run.run.suite])
        let seconds = result.attempts.isEmpty ? nil : result.attempts.reduce(0) { $0 + $1.seconds }
        try database.execute(
            cached: """
                INSERT INTO result (test_case, started, run, verdict, flaky, seconds) VALUES (?, ?, ?, ?, ?, ?)
                """,
            [testCase, run.run.started, id, result.verdict.rawValue, result.isFlaky, seconds])
        for set in SampleSet.all(of: result) {
            let measurement = set.measurement
            let figure = try find(
                "figure", "SELECT id FROM figure WHERE test_case = ? AND name = ? AND unit = ?",
                "INSERT INTO figure (test_case, name, unit) VALUES (?, ?, ?)",
                [testCase, set.name, measurement.unit])
            try database.execute(
                cached: "INSERT INTO samples (bytes) VALUES (?)", [SampleBytes.encode(measurement.values)])
            let median = Robust.median(measurement.values)
            try database.execute(
                cached: """
                    INSERT INTO sample_set (figure, started, run, attempt, position, boot, passed, better, count,
                        median, samples) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                [
                    figure, run.run.started, id, set.attempt, set.position, set.boot.flatMap { boots[$0] },
                    set.hasPassed, measurement.better.rawValue, measurement.values.count,
                    median.isNaN ? nil : median, database.lastInsertedRowID,
                ])
        }
    }

    /// The row with these values, which is made if there is none.
    private func find(
        _ table: String, _ query: String, _ insertion: String, _ values: [(any DatabaseValueConvertible)?]
    ) throws -> Int64 {
        let found = try Int64.fetchOne(database.cachedStatement(sql: query), arguments: StatementArguments(values))
        if let found { return found }
        try database.execute(cached: insertion, values)
        return database.lastInsertedRowID
    }
}

extension Database {
    /// Executes a statement that is parsed only the first time.
    func execute(cached sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }
}

extension Row {
    static func fetchOne(
        _ database: Database, cached sql: String, _ values: [(any DatabaseValueConvertible)?]
    ) throws -> Row? {
        try fetchOne(database.cachedStatement(sql: sql), arguments: StatementArguments(values))
    }
}
