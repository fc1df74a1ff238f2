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

            Hops can be driven from outside, for tests and demonstrations; each thread goes from node to node in the list:

              popcorn-lab run ./sort --migrate-every 100ms
              popcorn-lab run ./sort --bounce 20
              popcorn-lab run ./sort --migrate-at partition:3
              popcorn-lab run ./sort --migrate-every 100ms --migrate-random 7

            The program's output comes as it is written. When it has ended, what the kernels said and recorded is fetched \
            from all nodes at once, which takes a moment; Ctrl-C then loses nothing, and only a second one ends it at once. \
            With --no-collect nothing is recorded. --verbose tells how long each step took.

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

    @Option(
        help: ArgumentHelp("Ask each thread to move on whenever this time has passed.", valueName: "duration"))
    var migrateEvery: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Draw nodes and times by this number, around --migrate-every; the same number draws the same.",
            valueName: "seed"))
    var migrateRandom: UInt32?

    @Flag(help: "Let the program's own calls of migrate() do nothing: the unmigrated run of the same binary.")
    var stay = false

    @Option(
        help: ArgumentHelp(
            "Move each thread N times, as soon as it has arrived, or at --migrate-every's pace.", valueName: "N"))
    var bounce: Int?

    @Option(
        help: ArgumentHelp(
            "Move a thread when it passes a migration check of this function for the N-th time (default: first).",
            valueName: "FUNCTION[:N]"))
    var migrateAt: String?

    @Flag(inversion: .prefixedNo, help: "Keep what the kernels said and recorded meanwhile.")
    var collect = true

    @Argument(help: "The program's path without the ISA's suffix.", completion: .file())
    var program: String

    @Argument(parsing: .postTerminator, help: "The program's arguments, after --.")
    var arguments: [String] = []

    func run() async throws {
        let access = try global.access()
        var options = RunProgram.Options()
        options.origin = on
        options.environment = try variables()
        options.arguments = arguments
        options.directory = to
        options.timeout = timeout?.duration
        options.moves = moves
        options.migrateAt = try migrateAt.map { try MigrationSites(parsing: $0) }
        options.stays = stay
        options.collects = collect
        let aftermath = RunAftermath(isCollecting: collect)
        let runner = RunProgram(access: access, options: options, report: { aftermath.show($0) })
        let outcome = try await PeerCare(access: access).during {
            try await runner.run(
                program,
                RunProgram.Streams(input: STDIN_FILENO, output: STDOUT_FILENO, errorOutput: STDERR_FILENO))
        }
        aftermath.finish()
        for warning in outcome.warnings { Notice.warning(warning) }
        if global.verbose, let moves = outcome.moves {
            Notice.line("\(moves.moves) moves of \(moves.threads) threads, \(moves.refused) refused")
        }
        if global.verbose {
            if let run = outcome.run { Notice.line("run \(run.id): \(run.path)") }
            Notice.line(outcome.steps.sentence)
        }
        throw ProgramExit(of: outcome.result, program)
    }

    func validate() throws {
        if let bounce, bounce < 1 { throw ValidationError("--bounce wants a number of moves, at least 1.") }
        if let migrateEvery, migrateEvery.milliseconds < 1 { throw ValidationError("--migrate-every wants a time.") }
        if migrateRandom != nil, migrateEvery == nil, bounce == nil {
            throw ValidationError("--migrate-random needs the mean time, as --migrate-every.")
        }
    }

    private var moves: DrivenMoves? {
        guard migrateEvery != nil || bounce != nil else { return nil }
        return DrivenMoves(interval: migrateEvery?.duration ?? .zero, count: bounce, seed: migrateRandom)
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
