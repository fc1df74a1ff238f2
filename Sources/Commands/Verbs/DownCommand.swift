import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab down`: take a lab down.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Take a lab down: collect its last logs, end its guests, by force if they do not end themselves.")

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("How long guests may take to end by themselves, such as 3s.", valueName: "duration"))
    var grace: TimeSpan = TimeSpan(milliseconds: 10_000)

    @Flag(help: "Pull the guests' plugs at once; nothing is collected.")
    var force = false

    func run() async throws {
        let progress = UpProgress()
        let down = Down(environment: try global.environment(), report: { progress.show($0) })
        try await down.stop(global.labName, grace: force ? .zero : grace.duration)
        Notice.line("lab '\(global.labName)' is down")
    }
}
