import FoundationEssentials
import Results
import Support
import Topology

/// Whether there is room on the disk for another run of a suite.
package struct RunRoom: Sendable {
    /// How many runs of the suite are looked at, from the newest.
    private static let known = 10
    /// A run may take more than half of those before it.
    private static let reserve: Int64 = 2
    /// What a run may take of which nothing is known.
    private static let unknown = DiskSize(bytes: 1 << 30)

    let directories: Directories

    /// Looks at the runs in the state directory.
    package init(directories: Directories) { self.directories = directories }

    /// Refuses to go on if all runs together take more than this.
    ///
    /// - Throws: `RegressionError`.
    package func check(quota: DiskSize) throws {
        let used = DiskUsage.size(of: directories.runs)
        guard used > quota else { return }
        throw RegressionError(
            .quota, "the runs in \(directories.runs) take \(used), and --quota allows \(quota)",
            hint: "`popcorn-lab runs prune --keep 30d` removes old ones; nothing was removed or started")
    }

    /// What to say before a run of this suite if there is little room for it; `nil` if there is enough.
    package func warning(suite: String) -> String? {
        guard let free = try? DiskUsage.free(at: directories.runs) else { return nil }
        return Self.warning(free: free, sizes: sizes(of: suite), runs: directories.runs)
    }

    /// - Parameters:
    ///   - free: what the file system has left.
    ///   - sizes: what earlier runs of the suite take.
    static func warning(free: DiskSize, sizes: [DiskSize], runs: String) -> String? {
        let median = sizes.isEmpty ? nil : sizes.sorted()[sizes.count / 2]
        let needed = median.map { DiskSize(bytes: $0.bytes * reserve) } ?? unknown
        guard free < needed else { return nil }
        let why =
            median.map { "a run of this suite takes \($0)" } ?? "how much a run of this suite takes is not known yet"
        return "only \(free) are free where runs are kept (\(runs)), and \(why); `popcorn-lab runs prune` makes room"
    }

    private func sizes(of suite: String) -> [DiskSize] {
        let runs = RunDirectory.all(in: directories).filter { $0.verb == .test }.reversed().lazy
        let own = runs.filter { run in
            guard let results = try? RunResults(reading: run.path) else { return false }
            // What was broken off says nothing of a whole run.
            return results.run.suite == suite && results.state == .complete
        }
        return own.prefix(Self.known).map { DiskUsage.size(of: $0.path) }
    }
}
