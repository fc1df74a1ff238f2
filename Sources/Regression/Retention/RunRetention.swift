import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// `runs prune`: removes runs of all kinds that nobody needs any more.
package struct RunRetention: Sendable {
    /// What may be removed.
    package struct Options: Sendable {
        /// Runs that ended longer ago than this, in seconds.
        package var keep: Double
        /// Whether runs that failed or could not be judged stay, however old.
        package var keepsFailed = false
        /// Only tell.
        package var dryRun = false

        /// All that ended longer ago than `keep` seconds.
        package init(keep: Double) { self.keep = keep }
    }

    /// What was removed, or would be.
    package struct Outcome: Sendable {
        /// The runs' ids, oldest first.
        package var removed: [String] = []
        /// What they took on the disk.
        package var freed = DiskSize(bytes: 0)
        /// Old runs that stay, and why, a sentence each.
        package var kept: [String] = []
    }

    let environment: LabEnvironment
    let options: Options

    /// Prepares to remove runs.
    package init(environment: LabEnvironment, options: Options) {
        self.environment = environment
        self.options = options
    }

    /// Removes them, or only tells.
    ///
    /// - Parameters:
    ///   - now: the host's clock.
    ///   - report: is told each run that was removed, or would be, with what it took.
    /// - Throws: `RegressionError` if a lab's record cannot be read, since nobody knows which runs it names; `SystemError` for
    ///   a run that cannot be removed, after the others were.
    package func prune(now: Date = Date(), report: (String, DiskSize) -> Void) throws -> Outcome {
        let named = try runsOfLabs()
        var outcome = Outcome()
        var failure: (any Error)?
        try finishEarlierRemovals()
        for run in RunDirectory.all(in: environment.directories) {
            let old = OldRun(run)
            guard run.verb != nil, now.timeIntervalSince1970 - old.lastSign > options.keep else { continue }
            if let lab = named[run.id] {
                outcome.kept.append("\(run.id) stays: lab '\(lab)' is not down")
            } else if options.keepsFailed, !old.isGood {
                outcome.kept.append("\(run.id) stays: it did not pass")
            } else {
                let size = DiskUsage.size(of: run.path)
                do {
                    try remove(run)
                    outcome.removed.append(run.id)
                    outcome.freed.bytes += size.bytes
                    report(run.id, size)
                } catch let error as LockedError {
                    outcome.kept.append(
                        "\(run.id) stays: it is going on (\(error.holder ?? "somebody holds its lock"))")
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
        return outcome
    }

    /// The labs that exist, by the ids of the runs that their records name.
    private func runsOfLabs() throws -> [String: String] {
        var named: [String: String] = [:]
        for name in environment.store.names {
            do {
                guard let record = try environment.store.load(name) else { continue }
                for run in record.runs + [record.capture?.run].compactMap({ $0 }) { named[run] = name }
            } catch {
                throw RegressionError(
                    .badRun, "no run is removed: the record of lab '\(name)', which names runs, cannot be read",
                    details: [error.sentence], hint: "`popcorn-lab down --force --lab \(name)` removes that lab")
            }
        }
        return named
    }

    /// A name that no run has, for what is on its way out.
    private static let mark = ".removing-"

    private func remove(_ run: RunDirectory) throws {
        let path = run.path + "/lock"
        // Whoever looks only must leave nothing behind.
        let isLocked = !options.dryRun || path.withBytes { access($0, F_OK) } == 0
        let lock = isLocked ? try FileLock(path: path, purpose: environment.commandLine.joined(separator: " ")) : nil
        defer { withExtendedLifetime(lock) {} }
        if options.dryRun { return }
        // Renamed first, so that a removal that is interrupted leaves no half of a run.
        let doomed = environment.directories.runs + "/" + Self.mark + run.id
        guard run.path.withBytes({ old in doomed.withBytes { rename(old, $0) } }) == 0 else {
            throw SystemError("rename \(run.path)")
        }
        try FileManager.default.removeItem(atPath: doomed)
    }

    private func finishEarlierRemovals() throws {
        guard !options.dryRun else { return }
        let runs = environment.directories.runs
        for name in (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? [] where name.hasPrefix(Self.mark) {
            try FileManager.default.removeItem(atPath: runs + "/" + name)
        }
    }
}

/// What can be known of a run of any kind.
private struct OldRun {
    let run: RunDirectory

    init(_ run: RunDirectory) { self.run = run }

    /// When it was last heard of, in seconds since 1970: its end, else when its log, or what else there is, was last written.
    var lastSign: Double {
        if run.verb != .test, let ended = manifest?.ended { return ended.timeIntervalSince1970 }
        let files = [TestRunFiles(run).log, TestRunFiles(run).results, run.manifest, run.path]
        return files.lazy.compactMap(Self.written).first ?? .infinity
    }

    /// Whether it is known to have passed.
    var isGood: Bool {
        if run.verb == .test {
            guard let results = try? RunResults(reading: run.path) else { return false }
            return RunExit(of: results) == .passed
        }
        return manifest.map { ($0.exitCode ?? 0) == 0 } ?? false
    }

    private var manifest: Manifest? { try? Manifest.load(run) }

    private static func written(_ path: String) -> Double? {
        var status = stat()
        guard path.withBytes({ stat($0, &status) }) == 0 else { return nil }
        return Double(status.st_mtim.tv_sec)
    }
}
