import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab prune`: remove what nobody needs.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove guests, switches and files that no lab's record names, old images, and old runs on request.",
        discussion: "Labs that have a record, running or not, are never touched: `down` is for them.")

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    @Flag(inversion: .prefixedNo, help: "Remove images and downloads that the recipes no longer lead to.")
    var images = true

    @Option(
        help: ArgumentHelp(
            "Remove runs that ended longer ago than this, such as 168h (default: none).", valueName: "duration"))
    var runsOlderThan: TimeSpan?

    func run() async throws {
        var options = Prune.Options()
        options.dryRun = dryRun
        options.images = images
        options.runsOlderThan = runsOlderThan?.duration
        let progress = UpProgress()
        let prune = Prune(environment: try global.environment(), options: options, report: { progress.show($0) })
        try await prune.prune()
    }
}
