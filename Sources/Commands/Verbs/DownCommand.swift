import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab down`: take a lab down.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Take a lab down: guests end in good order, or by force after a deadline.")

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("How long guests may take to end by themselves.", valueName: "duration"))
    var grace: TimeSpan = TimeSpan(milliseconds: 10_000)

    @Flag(help: "Pull the guests' plugs at once.")
    var force = Setting.isOn("force")

    func run() async throws {
        let progress = UpProgress()
        let down = Down(environment: try global.environment(), report: { progress.show($0) })
        try await down(global.labName, grace: force ? .zero : grace.duration)
        Notice.line("lab '\(global.labName)' is down")
    }
}
