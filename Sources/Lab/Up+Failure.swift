import FoundationEssentials
import Support
import Topology

/// What becomes of a lab that `up` could not bring up.
extension Up {
    /// Keeps what a failed boot leaves to look at: the consoles.
    func keep(_ manifest: Manifest, of record: LabRecord, in run: RunDirectory, after error: any Error) {
        var manifest = manifest
        manifest.ended = Date()
        manifest.exitCode = ExitStatus(of: error).rawValue
        let paths = environment.store.paths(record.spec.name)
        manifest.warnings = ["\(error)"] + run.copySerialLogs(of: record, from: paths)
        try? manifest.save(run)
    }

    /// Takes a lab away again that never came up.
    func cleanUp(_ name: String) async {
        if options.keep, access(environment.store.paths(name).record, F_OK) == 0 {
            report(.note("left as it is, because of --keep: `popcorn-lab down -l \(name)` takes it away"))
            return
        }
        do {
            // The task may be cancelled; tidying up must not be.
            try await Task {
                // Without a record nothing was started yet.
                guard let record = try environment.store.load(name) else { return try environment.store.remove(name) }
                report(.note("taking down what was started"))
                try await Removal(environment: environment, report: report).remove(record)
            }.value
        } catch {
            report(.note("something is left: \(error)\n`popcorn-lab down -l \(name)` tries again"))
        }
    }
}
