import ArgumentParser
import Lab
import Support
import Topology
import UserInput

/// `popcorn-lab config`: what a lab's description says, and whether it is right.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check lab files, and show labs with all defaults.",
        subcommands: [Validate.self, Show.self])

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check lab files; print all errors with file, line and column, and exit with 64 if there are any."
        )

        @Argument(help: "Lab files.", completion: .file(extensions: ["yaml", "yml"]))
        var files: [String]

        func run() async throws {
            var failure: InputError?
            for file in files {
                do {
                    let spec = try LabSpec(yamlFile: file)
                    Output.line("\(file): lab '\(spec.name)', \(spec.nodes.map(\.name).joined(separator: ", "))")
                } catch {
                    Notice.error(error)
                    failure = error
                }
            }
            if let failure { throw ProgramExit(status: failure.exitStatus.rawValue) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a lab in full, with every default filled in.")

        @OptionGroup var topology: TopologyOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let spec = try topology.resolve()
            switch output.format {
            case .table: Output.bytes(Array(spec.yaml.utf8))
            case .json: try Output.json(spec)
            }
        }
    }
}
