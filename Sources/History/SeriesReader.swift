import FoundationEssentials
import GRDB
import Results
import Statistics
import Support

/// Reads the range of a figure in `sample_set`, backwards.
struct SeriesReader {
    /// Sample sets of one boot: more than one if a case was tried again on it.
    private struct Group {
        var run: Int64
        var runName: String
        var boot: Int64
        var name: String
        var environment: Int64
        var started: Double
        var sets: [(median: Double, count: Int, samples: Int64)]
    }

    private let database: Database
    private let key: FigureKey
    private let platform: Fingerprint?
    private let unit: String?
    private var environments: [Int64: (fingerprint: Fingerprint, differences: [String])] = [:]

    init(_ database: Database, key: FigureKey, like platform: Fingerprint?, unit: String?) {
        self.database = database
        self.key = key
        self.platform = platform
        self.unit = unit
    }

    mutating func read(before run: RunHeader?, runs: Int) throws -> FigureSeries {
        let figure = try figure()
        var series = FigureSeries(key: key, unit: figure.unit, better: .neither, boots: [], leftOut: [])
        if let latest = try String.fetchOne(
            database.cachedStatement(
                sql: "SELECT better FROM sample_set WHERE figure = ? ORDER BY started DESC, run DESC LIMIT 1"),
            arguments: [figure.id])
        {
            series.better = Measurement.Direction(rawValue: latest) ?? .neither
        }
        let cursor = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT sample_set.started, sample_set.run, boot, environment, median, count, samples, boot.name, run.name
                    FROM sample_set JOIN boot ON boot.id = boot JOIN run ON run.id = sample_set.run
                    WHERE figure = ? AND sample_set.started <= ? AND sample_set.passed AND count > 0
                    ORDER BY sample_set.started DESC, sample_set.run DESC, attempt DESC, position DESC
                    """), arguments: [figure.id, run?.started ?? .greatestFiniteMagnitude])
        var counted: Set<Int64> = []
        var group: [Group] = []
        while let row = try cursor.next() {
            let set: (median: Double, count: Int, samples: Int64) = (row[4], row[5], row[6])
            let (runID, boot): (Int64, Int64) = (row[1], row[2])
            if let first = group.first, first.run != runID {
                try finish(&group, &series, &counted, except: run?.id)
                if counted.count >= runs { break }
            }
            if let index = group.firstIndex(where: { $0.boot == boot }) {
                group[index].sets.append(set)
            } else {
                // All boots of a run share its name.
                let runName: String = group.first?.runName ?? row[8]
                group.append(
                    Group(
                        run: runID, runName: runName, boot: boot, name: row[7], environment: row[3], started: row[0],
                        sets: [set]))
            }
        }
        if counted.count < runs { try finish(&group, &series, &counted, except: run?.id) }
        series.boots.reverse()
        series.leftOut.reverse()
        return series
    }

    /// The figure of the unit that is asked for, or of the one that was used last.
    private func figure() throws -> (id: Int64, unit: String) {
        let row = try Row.fetchOne(
            database,
            cached: """
                SELECT figure.id, unit,
                    (SELECT max(started) FROM sample_set WHERE sample_set.figure = figure.id) AS latest
                FROM figure JOIN test_case ON test_case.id = figure.test_case
                WHERE test_case.name = ?1 AND suite = ?2 AND figure.name = ?3 AND (?4 IS NULL OR unit = ?4)
                ORDER BY latest DESC LIMIT 1
                """, [key.caseID, key.suite, key.name, unit])
        guard let row else {
            let unit = unit.map { " in '\($0)'" } ?? ""
            throw HistoryError(
                .unknown,
                "the history has no figure '\(key.name)'\(unit) of case '\(key.caseID)' in suite '\(key.suite)'")
        }
        return (row["id"], row["unit"])
    }

    /// The boots of one run.
    private mutating func finish(
        _ groups: inout [Group], _ series: inout FigureSeries, _ counted: inout Set<Int64>, except: String?
    ) throws {
        defer { groups.removeAll() }
        for group in groups {
            let run = group.runName
            if run == except { return }
            let environment = try environment(group.environment)
            guard environment.differences.isEmpty else {
                series.leftOut.append(.init(run: run, boot: group.name, differences: environment.differences))
                continue
            }
            counted.insert(group.run)
            series.boots.append(
                BootFigure(
                    run: run, started: group.started, boot: group.name, fingerprint: environment.fingerprint,
                    median: try median(of: group), count: group.sets.reduce(0) { $0 + $1.count }))
        }
    }

    private func median(of group: Group) throws -> Double {
        if group.sets.count == 1 { return group.sets[0].median }
        return Robust.median(
            try group.sets.flatMap { set in
                let bytes = try Data.fetchOne(
                    database.cachedStatement(sql: "SELECT bytes FROM samples WHERE id = ?"), arguments: [set.samples])
                return SampleBytes.decode(bytes ?? Data())
            })
    }

    private mutating func environment(
        _ id: Int64
    ) throws -> (fingerprint: Fingerprint, differences: [String]) {
        if let known = environments[id] { return known }
        let text = try String.fetchOne(
            database.cachedStatement(sql: "SELECT fingerprint FROM environment WHERE id = ?"), arguments: [id])
        guard let fingerprint = try? JSONDecoder().decode(Fingerprint.self, from: Data((text ?? "").utf8)) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "environment \(id) makes no sense")
        }
        let found = (fingerprint, platform?.differences(from: fingerprint) ?? [])
        environments[id] = found
        return found
    }
}
