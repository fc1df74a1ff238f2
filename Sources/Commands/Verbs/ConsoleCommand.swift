import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab console`: a node's serial line.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Attach to a node's serial console, which works without its network; Ctrl-] detaches.",
        discussion: """
            Press Enter for a shell. One client can be attached at a time, and no command reaches a guest meanwhile that has \
            no other way in. With a pipe as input, the output goes on for \
            --linger after the input's end:

              echo dmesg | popcorn-lab console arm --linger 3s
            """)

    @OptionGroup var global: GlobalOptions

    @Option(
        help: ArgumentHelp(
            "How long to go on reading after the end of an input that is no terminal.", valueName: "duration"))
    var linger: TimeSpan = TimeSpan(milliseconds: 1000)

    @Argument(help: "The node.", completion: .custom { _, _, _ in Completions.nodes })
    var node: String

    func run() async throws {
        let access = try global.access()
        let record = try access.node(node)
        let console = try Console(record, of: access)
        let interactive = isatty(STDIN_FILENO) == 1
        if interactive { Notice.line("attached to \(record.name); Enter starts a shell, Ctrl-] detaches") }
        let end = try await attach(console, drain: interactive ? nil : linger.duration)
        switch end {
        case .detached: if interactive { Notice.line("\ndetached") }
        case .closed: Notice.line("\n\(record.name): the guest ended")
        case .cancelled: throw CancellationError()
        }
    }

    private func attach(_ console: Console, drain: Duration?) async throws -> Console.End {
        let raw = try RawTerminal()
        defer { withExtendedLifetime(raw) {} }
        return try await console.attach(input: STDIN_FILENO, output: STDOUT_FILENO, drain: drain)
    }
}
