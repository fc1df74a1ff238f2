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
            for attempt in run.cases[index].attempts.indices {
                for position in run.cases[index].attempts[attempt].measurements.indices {
                    let values = run.cases[index].attempts[attempt].measurements[position].values
                    guard values.allSatisfy(\.isFinite) else {
                        let name = run.cases[index].attempts[attempt].measurements[position].name
                        throw HistoryError(
                            .badRun,
                            "run '\(run.run.id)': a sample of figure '\(name)' in case '\(run.cases[index].plan.id)' is no number"
                        )
                    }
                    run.cases[index].attempts[attempt].measurements[position].values = []
                }
            }
        }
        do {
            return try encoder.encode(run)
        } catch {
            throw HistoryError(.badRun, "run '\(run.run.id)' cannot be written as JSON: \(error)")
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
                SELECT test_case.name AS test_case, attempt, position, bytes FROM sample_set
                JOIN figure ON figure.id = sample_set.figure JOIN test_case ON test_case.id = figure.test_case
                JOIN samples ON samples.id = sample_set.samples WHERE run = ?
                """, arguments: [id])
        while let row = try rows.next() {
            let (attempt, position): (Int, Int) = (row["attempt"], row["position"])
            guard let place = places[row["test_case"]], run.cases[place].attempts.indices.contains(attempt),
                run.cases[place].attempts[attempt].measurements.indices.contains(position)
            else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "samples of run \(id) belong to no attempt")
            }
            run.cases[place].attempts[attempt].measurements[position].values = SampleBytes.decode(row["bytes"])
        }
        return run
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
