import FoundationEssentials
import GRDB
import Results

/// A run as the database keeps it: all of `RunResults` but the samples, which have rows of their own.
enum Document {
    /// Equal values give equal bytes.
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// - Throws: `HistoryError.badRun` for what JSON cannot say, such as an endless number.
    static func encode(_ run: RunResults) throws -> Data {
        var run = run
        for index in run.cases.indices {
            let place = "in case '\(run.cases[index].plan.id)'"
            for attempt in run.cases[index].attempts.indices {
                try strip(&run.cases[index].attempts[attempt], of: run.run.id, place)
            }
            run.cases[index].reference = try run.cases[index].reference?.map { attempt in
                var attempt = attempt
                try strip(&attempt, of: run.run.id, place)
                return attempt
            }
        }
        do {
            return try encoder.encode(run)
        } catch {
            throw HistoryError(.badRun, "run '\(run.run.id)' cannot be written as JSON: \(error)")
        }
    }

    /// Takes the samples of a try away.
    private static func strip(_ attempt: inout Attempt, of run: String, _ place: String) throws {
        for position in attempt.measurements.indices {
            let measurement = attempt.measurements[position]
            guard measurement.values.allSatisfy(\.isFinite) else {
                throw HistoryError(
                    .badRun, "run '\(run)': a sample of figure '\(measurement.name)' \(place) is no number")
            }
            attempt.measurements[position].values = []
        }
    }

    /// Puts a run together from its row and its samples.
    static func load(_ id: Int64, _ document: Data, from database: Database) throws -> RunResults {
        var run: RunResults
        do {
            run = try JSONDecoder().decode(RunResults.self, from: document)
        } catch {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT, message: "the document of run \(id) makes no sense: \(error)")
        }
        let places = Dictionary(uniqueKeysWithValues: zip(run.cases.map(\.plan.id), run.cases.indices))
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT test_case.name AS test_case, figure.name AS figure, attempt, position, bytes FROM sample_set
                JOIN figure ON figure.id = sample_set.figure JOIN test_case ON test_case.id = figure.test_case
                JOIN samples ON samples.id = sample_set.samples WHERE run = ?
                """, arguments: [id])
        while let row = try rows.next() {
            let name: String = row["figure"]
            // Ratios follow from the rest.
            if ReferenceFigure.isRatio(name) { continue }
            let isReference = ReferenceFigure.figure(ofOwn: name) != nil
            let (attempt, position): (Int, Int) = (row["attempt"], row["position"])
            guard let place = places[row["test_case"]],
                run.cases[place].put(SampleBytes.decode(row["bytes"]), attempt, position, isReference)
            else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "samples of run \(id) belong to no attempt")
            }
        }
        return run
    }
}

extension CaseResult {
    /// Gives a measurement its samples back.
    ///
    /// - Returns: whether there is such a measurement.
    fileprivate mutating func put(_ values: [Double], _ attempt: Int, _ position: Int, _ isReference: Bool) -> Bool {
        let tries = isReference ? reference ?? [] : attempts
        guard tries.indices.contains(attempt), tries[attempt].measurements.indices.contains(position) else {
            return false
        }
        if isReference {
            reference?[attempt].measurements[position].values = values
        } else {
            attempts[attempt].measurements[position].values = values
        }
        return true
    }
}

/// Samples as bytes: IEEE 754 doubles, the least significant byte first.
enum SampleBytes {
    static func encode(_ values: [Double]) -> Data {
        values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    }

    static func decode(_ bytes: Data) -> [Double] {
        bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 8).map { index in
                Double(
                    bitPattern: UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)))
            }
        }
    }
}
