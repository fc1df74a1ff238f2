import FoundationEssentials
import History
import Results
import Support

/// The runs that are in a directory, as their logs are now, and those that only the history has.
///
/// A log is read again only if it has changed.
final class RunShelf: Sendable {
    private struct Known {
        var stamp: FileStamp
        var line: RunLine
    }

    private struct State {
        /// Runs whose logs were read, by their ids.
        var lines: [String: Known] = [:]
        /// The last ones that were looked at, whole.
        var whole: [(id: String, stamp: FileStamp, results: RunResults)] = []
    }

    let tree: ConfinedTree
    private let state = Guarded(State())

    /// How many runs are kept whole: one of 10,000 cases takes tens of megabytes.
    private static let most = 3

    init(directory: String) { tree = ConfinedTree(root: directory) }

    /// All runs, the newest first.
    ///
    /// - Throws: `HistoryError` if there is a history that cannot be read.
    func lines(_ history: History?) throws -> [RunLine] {
        let kept = Dictionary(
            try (history?.runs() ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [RunLine] = []
        var seen: Set<String> = []
        for id in (try? FileManager.default.contentsOfDirectory(atPath: tree.root)) ?? [] {
            if let summary = kept[id], summary.state == .complete { continue }
            guard let line = line(id) else { continue }
            lines.append(line)
            seen.insert(id)
        }
        lines += kept.values.filter { !seen.contains($0.id) }.map { RunLine($0) }
        return lines.sorted { ($0.started, $0.id) > ($1.started, $1.id) }
    }

    /// What is told of a run that has a directory; `nil` if that is no run of a suite.
    func line(_ id: String) -> RunLine? {
        guard let source = source(id) else { return nil }
        let known = state.withLock { $0.lines[id] }
        var line: RunLine
        if let known, known.stamp == source.stamp {
            line = known.line
        } else {
            do {
                line = RunLine(try whole(id, source), life: .lost)
            } catch {
                line = RunLine(id: id, trouble: error.sentence, since: source.stamp.modified)
            }
            state.withLock { $0.lines[id] = Known(stamp: source.stamp, line: line) }
        }
        guard line.trouble == nil else { return line }
        line.life = line.state != .unfinished ? .ended : isHeld(id) ? .goesOn(lastSign: source.stamp.modified) : .lost
        return line
    }

    /// A run with all its cases: from its directory, or else from the history.
    ///
    /// - Throws: `DashboardError.absent`, `ResultError`, `SystemError`, `HistoryError`.
    func results(_ id: String, _ history: () throws -> History?) throws -> RunResults {
        if let source = source(id) { return try whole(id, source) }
        do {
            if let history = try history() { return try history.run(id) }
        } catch let error as HistoryError where error.code == .unknown {}
        throw DashboardError.absent("there is no run '\(id)'")
    }

    /// Where a run's directory is; `nil` if it has none.
    func directory(_ id: String) -> String? { source(id) == nil ? nil : tree.root + "/" + id }

    private func whole(_ id: String, _ source: (path: String, stamp: FileStamp)) throws -> RunResults {
        let found = state.withLock { state in state.whole.first { $0.id == id && $0.stamp == source.stamp }?.results }
        if let found { return found }
        let results = try RunResults(reading: source.path)
        state.withLock { state in
            state.whole.removeAll { $0.id == id }
            state.whole.append((id, source.stamp, results))
            if state.whole.count > Self.most { state.whole.removeFirst() }
        }
        return results
    }

    /// The file that says what a run found: its log, or what another machine made of it.
    private func source(_ id: String) -> (path: String, stamp: FileStamp)? {
        guard Target.isName(id) else { return nil }
        for name in [ResultLog.fileName, RunResults.fileName] {
            guard let file = try? tree.open([id, name]), !file.isFolder else { continue }
            return (tree.root + "/" + id + "/" + name, file.stamp)
        }
        return nil
    }

    /// Whether a runner holds a run's lock. It is not tried: a runner that starts just then would find it taken.
    private func isHeld(_ id: String) -> Bool {
        guard let stamp = FileStamp(of: tree.root + "/" + id + "/lock"),
            let locks = FileManager.default.contents(atPath: "/proc/locks")
        else { return false }
        return String(decoding: locks, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 5 && fields[1] == "FLOCK" && fields[5].hasSuffix(":\(stamp.inode)")
        }
    }
}
