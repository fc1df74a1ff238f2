import FoundationEssentials
import GRDB
import Results
import Statistics
import Support

/// What a series is of.
package struct FigureKey: Codable, Sendable, Hashable {
    /// The suite's name.
    package var suite: String
    /// The case's id.
    package var caseID: String
    /// The figure's name.
    package var name: String

    /// Takes the names as they are.
    package init(suite: String, caseID: String, name: String) {
        self.suite = suite
        self.caseID = caseID
        self.name = name
    }
}

/// A figure on one boot.
package struct BootFigure: Codable, Sendable, Equatable {
    /// The run's id.
    package var run: String
    /// When the run began, in seconds since 1970.
    package var started: Double
    /// The boot's id in that run.
    package var boot: String
    /// What it ran on.
    package var fingerprint: Fingerprint
    /// Of all samples of attempts that passed.
    package var median: Double
    /// How many samples there are.
    package var count: Int
}

/// A figure over runs, by boot, the oldest first.
package struct FigureSeries: Codable, Sendable, Equatable {
    /// A boot that is not among the others.
    package struct LeftOut: Codable, Sendable, Equatable {
        /// The run's id.
        package var run: String
        /// The boot's id in that run.
        package var boot: String
        /// Each as `NAME: wanted, not found`.
        package var differences: [String]
    }

    /// Which figure.
    package var key: FigureKey
    /// That of the latest boot.
    package var unit: String
    /// That of the latest boot.
    package var better: Measurement.Direction
    /// The values.
    package var boots: [BootFigure]
    /// What cannot be compared with these.
    package var leftOut: [LeftOut]
}

extension History {
    /// A figure over time. Only attempts that passed count.
    ///
    /// - Parameters:
    ///   - like: only boots of this platform; the others are left out with what differs. All if it is not given.
    ///   - unit: only samples of this unit; without it, of the latest one.
    ///   - run: only runs that began before this one, without itself.
    ///   - runs: at most so many runs that have boots of the platform.
    /// - Throws: `HistoryError.unknown` if the history has nothing of this figure.
    package func series(
        of key: FigureKey, like platform: Fingerprint? = nil, unit: String? = nil, before run: RunHeader? = nil,
        runs: Int = .max
    ) throws -> FigureSeries {
        try read { database in
            var reader = SeriesReader(database, key: key, like: platform, unit: unit)
            return try reader.read(before: run, runs: runs)
        }
    }

    /// The samples of a figure on one boot, of attempts that passed, in the order in which they were taken.
    package func samples(of key: FigureKey, run: String, boot: String) throws -> [Double] {
        try read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT bytes FROM sample_set JOIN samples ON samples.id = sample_set.samples
                    JOIN figure ON figure.id = sample_set.figure JOIN test_case ON test_case.id = figure.test_case
                    JOIN run ON run.id = sample_set.run JOIN boot ON boot.id = sample_set.boot
                    WHERE test_case.name = ? AND test_case.suite = ? AND figure.name = ? AND run.name = ? AND boot.name = ?
                        AND sample_set.passed ORDER BY sample_set.figure, attempt, position
                    """, arguments: [key.caseID, key.suite, key.name, run, boot]
            ).flatMap(SampleBytes.decode)
        }
    }

    /// The suites that have a case of this id.
    ///
    /// - Throws: `HistoryError.unknown` with the nearest id if none has.
    package func suites(ofCase id: String) throws -> [String] {
        try read { database in
            let suites = try String.fetchAll(
                database, sql: "SELECT suite FROM test_case WHERE name = ? ORDER BY suite", arguments: [id])
            if !suites.isEmpty { return suites }
            let names = try String.fetchAll(database, sql: "SELECT DISTINCT name FROM test_case ORDER BY name")
            throw HistoryError(
                .unknown, "the history has no case '\(id)'" + NearestName.suggestion(for: id, among: names))
        }
    }

    /// The names of a case's figures, in order.
    package func figures(suite: String, caseID: String) throws -> [String] {
        try read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT figure.name FROM figure JOIN test_case ON test_case.id = figure.test_case
                    WHERE test_case.name = ? AND suite = ? ORDER BY figure.name
                    """, arguments: [caseID, suite])
        }
    }
}
