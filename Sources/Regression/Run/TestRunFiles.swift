import Lab
import Results
import Support
import Topology

/// The files of a run of a suite, beside those of its cases.
package struct TestRunFiles: Sendable {
    let run: RunDirectory

    /// Names the files of a run, which need not exist.
    package init(_ run: RunDirectory) { self.run = run }

    /// What happened, a line each.
    package var log: String { run.path + "/" + ResultLog.fileName }
    /// The whole result, for programs.
    package var results: String { run.path + "/results.json" }
    /// Programs that were built for this run.
    var programs: String { run.path + "/programs" }
    /// Gone with the run.
    var scratch: String { run.path + "/scratch" }

    /// What tells the run's labs from those of others; it follows from the run's id.
    var mark: String { String(SHA256.hex(of: Array(run.id.utf8)).prefix(4)) }

    /// Held while somebody runs it.
    ///
    /// - Throws: `RegressionError` if somebody does.
    func lock(_ environment: LabEnvironment) throws -> FileLock {
        do {
            return try FileLock(path: run.path + "/lock", purpose: environment.commandLine.joined(separator: " "))
        } catch let error as LockedError {
            throw RegressionError(
                .locked, "run \(run.id) is still going on: \(error.sentence)",
                hint: "`popcorn-lab report \(run.id)` shows how far")
        }
    }
}

/// The labs that a killed runner left behind.
struct LeftoverLabs {
    let environment: LabEnvironment
    let mark: String

    func remove(_ report: (String) -> Void) async {
        for name in environment.store.names where name.hasPrefix(LabNumbers.prefix(mark: mark)) {
            do {
                try await Down(environment: environment) { _ in }.stop(name, grace: .zero)
                report("took down lab '\(name)', which the runner before had left")
            } catch {
                report("lab '\(name)' of the runner before is not down: \(error.sentence)")
            }
        }
    }
}
