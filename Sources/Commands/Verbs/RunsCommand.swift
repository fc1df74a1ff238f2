import ArgumentParser
import FoundationEssentials
import Lab
import Support
import Topology

/// `popcorn-lab runs`: what was collected so far.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List the runs: what was run, how it ended, and where its files are.",
        subcommands: [RunsPruneCommand.self])

    @OptionGroup var output: FormatOption

    func run() async throws {
        let environment = try GlobalOptions.environment()
        let manifests = RunStore(environment: environment).manifests()
        if output.format == .json { return try Output.json(manifests) }
        if manifests.isEmpty { return Notice.line("no runs yet") }
        var table = Table("RUN", "LAB", ">EXIT", "COMMAND", "DIRECTORY")
        for manifest in manifests {
            table.add(
                manifest.id, manifest.lab, manifest.exitCode.map(String.init) ?? "-",
                manifest.commandLine.dropFirst().joined(separator: " "),
                RunDirectory(id: manifest.id, directories: environment.directories).path)
        }
        Output.table(table)
    }
}

/// `popcorn-lab collect`: everything that the kernels of a lab said since their boot.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Bring dmesg, consoles and traces of all nodes since their boot into a new run's directory.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let access = try global.access()
        let (run, warnings) = try await access.collect()
        for warning in warnings { Notice.warning(warning) }
        Output.line(run.path)
    }
}
