import ArgumentParser
import Regression
import Support

/// `popcorn-lab runs prune`: removes old runs.
struct RunsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove runs of all kinds that ended long ago, and say how much room that makes.",
        discussion: """
              popcorn-lab runs prune --keep 30d --dry-run
              popcorn-lab runs prune --keep 12w --keep-failed

            Runs that are going on, and those of labs that are not down, are never removed.
            """)

    @Option(
        help: ArgumentHelp("How long after its end a run is kept, such as 30d, 12w or 36h.", valueName: "duration"))
    var keep: RetentionSpan

    @Flag(help: "Keep runs that failed, could not be judged or did not come to their end.")
    var keepFailed = false

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    func run() async throws {
        var options = RunRetention.Options(keep: keep.seconds)
        options.keepsFailed = keepFailed
        options.dryRun = dryRun
        let retention = RunRetention(environment: try GlobalOptions.environment(), options: options)
        let verb = dryRun ? "would remove" : "removed"
        let outcome = try retention.prune { id, size in Output.line("\(verb) \(id) (\(size))") }
        for reason in outcome.kept { Notice.line(reason) }
        let count = outcome.removed.count
        Notice.line("\(verb) \(count) \(count == 1 ? "run" : "runs"), \(outcome.freed)")
    }
}
