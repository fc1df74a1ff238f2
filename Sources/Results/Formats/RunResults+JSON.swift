import FoundationEssentials
import Support

/// What `results.json` says besides the values, so that its readers need not know how verdicts follow from problems.
private enum DerivedKey: String, CodingKey {
    case plan, attempts, reference, reason, reproduce, verdict, flaky
    case schema, run, state, seconds, boots, cases, counts, tasks
}

extension CaseResult {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DerivedKey.self)
        try container.encode(plan, forKey: .plan)
        try container.encode(attempts, forKey: .attempts)
        try container.encodeIfPresent(reference, forKey: .reference)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encode(reproduce, forKey: .reproduce)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(isFlaky, forKey: .flaky)
    }
}

extension RunResults {
    /// The file's name in a run's directory.
    package static let fileName = "results.json"

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DerivedKey.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(run, forKey: .run)
        try container.encode(state, forKey: .state)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(boots, forKey: .boots)
        try container.encode(cases, forKey: .cases)
        try container.encodeIfPresent(tasks, forKey: .tasks)
        try container.encode(verdict, forKey: .verdict)
        var counts = Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.rawValue, count($0)) })
        counts["flaky"] = flakyCount
        try container.encode(counts, forKey: .counts)
    }

    /// All of `results.json`; `docs/schemas/results-1.json` describes it.
    ///
    /// - Throws: `EncodingError` for figures that are no numbers, which JSON does not have.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return VisibleText.json(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n"
    }

    /// Reads a run: from its directory, from its log, or from a `results.json`.
    ///
    /// In a directory the log counts, which is never behind.
    /// - Throws: `ResultError` for a file that is something else or is of a newer format; `SystemError` for one that cannot be
    ///   read.
    package init(reading path: String) throws {
        var status = stat()
        let isFolder = path.withBytes { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
        if isFolder {
            let log = path + "/" + ResultLog.fileName
            let hasLog = log.withBytes { access($0, F_OK) } == 0
            self = try hasLog ? ResultLog.replay(log) : Self(file: path + "/" + Self.fileName)
        } else {
            self = try path.hasSuffix(".jsonl") ? ResultLog.replay(path) : Self(file: path)
        }
    }

    private init(file path: String) throws {
        let bytes = try AtomicFile.contents(of: path)
        let decoder = JSONDecoder()
        do {
            let found = try decoder.decode(SchemaOnly.self, from: bytes).schema
            guard found <= Self.currentSchema else {
                throw ResultError(
                    .newer, "\(path) is of format \(found), and this popcorn-lab reads up to \(Self.currentSchema)",
                    hint: "read it with the popcorn-lab that wrote it, or a newer one")
            }
            guard found >= 1 else { throw ResultError(.damaged, "\(path) is of format \(found), which never was") }
            self = try decoder.decode(Self.self, from: bytes)
        } catch let error as DecodingError {
            throw ResultError(.damaged, "\(path) is no results of a run: \(error.place)")
        }
        guard run.cases == cases.map(\.plan), Set(run.cases.map(\.id)).count == cases.count else {
            throw ResultError(.damaged, "\(path): the cases are not those that the run says it has")
        }
    }
}

private struct SchemaOnly: Decodable {
    var schema: Int
}

extension DecodingError {
    /// Where it is, and what is wrong there: `cases.3.plan: no value for id`.
    fileprivate var place: String {
        let (context, text): (Context, String) =
            switch self {
            case .keyNotFound(let key, let context): (context, "there is no '\(key.stringValue)'")
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "\(self)")
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? text : "\(path): \(text)"
    }
}
