import FoundationEssentials
import Results
import Support
import Topology

/// The run of a suite that a command line names.
struct NamedRun {
    let results: RunResults
    /// Where its files are: the run's directory, or that of the file that was named.
    let directory: String

    /// - Parameter word: a path of a directory or a file, `last`, a run's id, or a beginning of one that is unique.
    /// - Throws: `ResultError`, `SystemError`.
    init(_ word: String, directories: Directories) throws {
        let path = try Self.path(of: word, directories)
        results = try RunResults(reading: path)
        directory = Self.isDirectory(path) ? path : GivenPath.split(path).directory
    }

    /// The ids of all runs of suites, oldest first.
    static func ids(in directories: Directories) -> [String] {
        RunDirectory.all(in: directories).filter { $0.verb == .test }.map(\.id)
    }

    private static func path(of word: String, _ directories: Directories) throws -> String {
        let isPath = word.contains("/") || word.withBytes { access($0, F_OK) } == 0
        if isPath { return word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word }
        let all = ids(in: directories)
        let found = word == "last" ? all.suffix(1) : all.filter { $0.hasPrefix(word) }[...]
        guard let id = found.first, !word.isEmpty else {
            throw ResultError(
                .unknown, word == "last" ? "no suite has been run yet" : "there is no run of a suite '\(word)'",
                hint: "name a run's directory, or a results.json; `popcorn-lab test` makes runs")
        }
        guard found.count == 1 else {
            throw ResultError(.unknown, "'\(word)' is the beginning of \(found.count) runs' ids")
        }
        return RunDirectory(id: id, directories: directories).path
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return path.withBytes { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
