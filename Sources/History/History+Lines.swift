import FoundationEssentials
import GRDB
import Results
import Support
import SystemPackage

/// A line of an export: one run, and the version of the format.
struct ExportedRun: Codable {
    static let currentVersion = 1

    /// Of the format.
    var history: Int
    var results: RunResults
}

/// What an import did.
package struct ImportCount: Codable, Sendable, Equatable {
    /// Runs that were not there before.
    package var added = 0
    /// Runs of which there is more now.
    package var replaced = 0
    /// Runs that the history had already.
    package var kept = 0
}

extension History {
    /// Longer lines are no runs of ours.
    private static let longestLine = 1 << 30

    /// Gives each run as a line of JSON with its newline, the oldest first. It reads one run at a time.
    ///
    /// - Parameter suite: only this one's; all if it is not given.
    package func export(suite: String? = nil, to write: (Data) throws -> Void) throws {
        let names = try runs(suite: suite).reversed().map(\.id)
        for name in names {
            let exported: ExportedRun
            do {
                exported = ExportedRun(history: ExportedRun.currentVersion, results: try run(name))
            } catch let error as HistoryError where error.code == .unknown {
                // Somebody has removed it meanwhile.
                continue
            }
            try write(try Document.encoder.encode(exported) + [0x0a])
        }
    }

    /// Records the runs of an export, all of them or, if anything is wrong, none.
    ///
    /// - Parameters:
    ///   - name: the file's, for errors.
    ///   - read: gives the next bytes; empty at the end.
    /// - Throws: `HistoryError.badLine` with file and line; what `read` throws.
    package func `import`(named name: String, reading read: () throws -> [UInt8]) throws -> ImportCount {
        try write { database in
            let writer = RunWriter(database, path)
            var count = ImportCount()
            var splitter = LineSplitter(limit: Self.longestLine)
            var number = 0
            func take(_ line: ArraySlice<UInt8>) throws {
                number += 1
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x0d }) { return }
                switch try Self.recorded(line, "\(name):\(number)", writer) {
                case .added: count.added += 1
                case .replaced: count.replaced += 1
                case .kept: count.kept += 1
                }
            }
            while case let bytes = try read(), !bytes.isEmpty {
                for line in splitter.feed(bytes) { try take(line) }
            }
            if let rest = splitter.finish() { try take(rest) }
            return count
        }
    }

    /// Records the runs of a file; see `import(named:reading:)`.
    ///
    /// - Throws: `SystemError` if it cannot be read.
    package func `import`(file: String) throws -> ImportCount {
        let descriptor = try SystemError.naming("open \(file)") { try FileDescriptor.open(bytesOf: file, .readOnly) }
        defer { try? descriptor.close() }
        return try self.import(named: file) { try SystemError.naming("read \(file)") { try descriptor.piece() } }
    }

    private struct Version: Decodable { var history: Int }

    private static func recorded(
        _ line: ArraySlice<UInt8>, _ place: String, _ writer: RunWriter
    ) throws -> Recording {
        let bytes = Data(line)
        let run: RunResults
        do {
            // A newer format may look otherwise, but for its version.
            guard try JSONDecoder().decode(Version.self, from: bytes).history <= ExportedRun.currentVersion else {
                throw HistoryError.newer("\(place)")
            }
            run = try JSONDecoder().decode(ExportedRun.self, from: bytes).results
        } catch let error as DecodingError {
            throw HistoryError(
                .badLine, "\(place): this is no run of a history: \(text(error))",
                hint: "nothing of this file was imported")
        }
        do {
            return try writer.write(run)
        } catch let error as HistoryError where error.code == .badRun || error.code == .newer {
            throw HistoryError(
                error.code == .newer ? .newer : .badLine, "\(place): \(error.summary)",
                hint: "nothing of this file was imported")
        }
    }

    private static func text(_ error: DecodingError) -> String {
        func at(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
            return (path.isEmpty ? "" : path.joined(separator: ".") + ": ") + context.debugDescription
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(at(context)) ('\(key.stringValue)')"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): at(context)
        @unknown default: "\(error)"
        }
    }
}
