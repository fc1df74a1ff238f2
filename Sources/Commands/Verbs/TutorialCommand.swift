import ArgumentParser
import FoundationEssentials
import Lab
import Support
import Topology

/// `popcorn-lab tutorial`: everything once, told step by step. `make tutorial` runs it.
struct TutorialCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tutorial",
        abstract: "Bring two kernels up, show that they talk, run a program on both, collect, and take them down.",
        discussion: "It uses a lab of its own, named tutorial unless --lab says otherwise; each step shows its command."
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Leave the lab up at the end.")
    var keep = false

    private static let lab = "tutorial"

    func run() async throws {
        let environment = try GlobalOptions.environment(uri: global.connect, verbose: global.verbose)
        let name = global.lab ?? Self.lab
        let spec = try LabSpec(spec: "x86,arm", name: name)
        let progress = UpProgress(nodes: spec.nodes.map(\.name), verbose: global.verbose)

        Self.step("Bring up an x86-64 and an aarch64 guest, each with its own kernel", "up x86,arm")
        let up = Up(environment: environment, report: { progress.show($0) })
        progress.finish(try await progress.following { try await up(spec) })
        do {
            try await tour(try LabAccess(environment: environment, name: name), environment)
        } catch {
            Notice.line(
                "the lab stays up for a look: `popcorn-lab -l \(name) status`; `popcorn-lab down -l \(name)` ends it")
            throw error
        }
        if keep { return Notice.line("the lab stays up: `popcorn-lab status -l \(name)`") }
        Self.step("Take the lab down; what was collected stays", "down")
        try await Down(environment: environment, report: { progress.show($0) })(name, grace: .seconds(10))
    }

    private func tour(_ access: LabAccess, _ environment: LabEnvironment) async throws {
        let nodes = access.record.nodes
        Self.step("Their kernels talk by messages: each sees the other", "exec --all cat /proc/popcorn_peers")
        let tables = try await access.onEach(nodes) { _, session in
            try await session.exec("cat /proc/popcorn_peers", deadline: nil).text
        }
        for (node, table) in zip(nodes, tables) {
            for line in table.split(separator: "\n") { Output.line("\(node.name): \(line)") }
        }

        Self.step("How fast? Round trips between the kernels, beside plain TCP", "ping x86 arm")
        PingCommand.show(try await Ping(access: access, options: Ping.Options())(from: nodes[0], to: nodes[1]))

        Self.step("Build one program for both ISAs, and run it on each node", "run ./hello --on x86; … --on arm")
        let program = try await ProgramBuild(environment: environment)("hello")
        var last: RunDirectory?
        for node in nodes {
            var options = RunProgram.Options()
            options.origin = node.name
            let outcome = try await RunProgram(access: access, options: options)(
                program, input: STDIN_FILENO, output: STDOUT_FILENO, errorOutput: STDERR_FILENO)
            guard outcome.result.succeeded else {
                Notice.line("hello failed on \(node.name): exit code \(outcome.result.exitCode)")
                throw ProgramExit(status: ExitStatus.failure.rawValue)
            }
            last = outcome.run
        }

        Self.step("What both kernels said and sent, on one clock", "collect; trace --summary -o trace.json")
        let (run, warnings) = try await access.collect(verb: "tutorial")
        for warning in warnings { Notice.line("warning: \(warning)") }
        let timeline = try RunStore(environment: environment).timeline(run)
        try TraceCommand.show(timeline.summary, .table)
        try timeline.writeChromeTrace(to: run.trace)
        Output.line("")
        Output.line("dmesg, consoles, traces: \(run.path)")
        Output.line("timeline for ui.perfetto.dev: \(run.trace)")
        if let last { Output.line("the program's last run: \(last.path)") }
    }

    private static func step(_ title: String, _ command: String) {
        Output.line("\n== \(title)\n$ popcorn-lab \(command)")
    }
}
