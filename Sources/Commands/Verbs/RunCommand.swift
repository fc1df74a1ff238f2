import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab run`: a program, from deployment to its traces.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Deploy a program and run it on a node; pass its streams and exit code on, and collect dmesg and traces.",
        discussion: """
              popcorn-lab run ./hello
              popcorn-lab run ./hello --on arm --env N=4 -- --verbose input.txt

            `runs` lists what was collected, `trace` makes a timeline of it.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(
        help: ArgumentHelp("The node on which it starts (default: the first).", valueName: "node"),
        completion: .custom { _, _, _ in Completions.nodes })
    var on: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("An environment variable for the program; may be repeated.", valueName: "KEY=VALUE"))
    var env: [String] = []

    @Option(help: ArgumentHelp("The directory in the guests.", valueName: "directory"))
    var to = Deployment.defaultDirectory

    @Option(
        help: ArgumentHelp(
            "End the program after this time, with exit code 124 (default: never).", valueName: "duration"))
    var timeout: TimeSpan?

    @Argument(help: "The program's path without the ISA's suffix.", completion: .file())
    var program: String

    @Argument(parsing: .postTerminator, help: "The program's arguments, after --.")
    var arguments: [String] = []

    func run() async throws {
        let access = try LabAccess(environment: try global.environment(), name: global.labName)
        var options = RunProgram.Options()
        options.origin = on
        options.environment = try variables()
        options.arguments = arguments
        options.directory = to
        options.timeout = timeout?.duration
        let outcome = try await RunProgram(access: access, options: options)(
            program, input: STDIN_FILENO, output: STDOUT_FILENO, errorOutput: STDERR_FILENO)
        for warning in outcome.warnings { Notice.line("popcorn-lab: warning: \(warning)") }
        if global.verbose { Notice.line("run \(outcome.run.id): \(outcome.run.path)") }
        throw ProgramExit(status: outcome.result.exitCode)
    }

    private func variables() throws -> [String: String] {
        try env.reduce(into: [:]) { variables, text in
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw ValidationError("'\(text)' is no KEY=VALUE.")
            }
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
    }
}
