import GuestContract
import Lab
import Support
import Topology

/// The tutorial's steps between `up` and `down`.
struct TutorialTour {
    let access: LabAccess
    /// The program has printed this many lines when somebody moves it.
    private static let linesBeforeMove = 2

    private var environment: LabEnvironment { access.environment }
    private var nodes: [NodeRecord] { access.record.nodes }

    func run(executable: String) async throws {
        try await showPeers()
        Narration.step(
            "Build the tutorial's programs: one source, one binary per ISA, the same layout", "build helloworldN.c …")
        let programs = try await TutorialPrograms(environment: environment, executable: executable)
        Output.line(programs.names.joined(separator: " "))

        let last = try await run(programs)
        try await show(last)
    }

    private func showPeers() async throws {
        Narration.step(
            "Their kernels talk by messages: each sees the other", "exec --all \(EmbeddedGuest.peersCommand)")
        let tables = try await access.onEach(nodes) { try await $0.guest($1).peers() }
        for (node, table) in zip(nodes, tables) {
            for line in table.lines { Output.line("\(node.name): \(line)") }
        }
        Narration.step(
            "How fast? Round trips between the kernels, beside plain TCP", "ping \(nodes[0].name) \(nodes[1].name)")
        PingCommand.show(try await Ping(access: access, options: Ping.Options()).measure(from: nodes[0], to: nodes[1]))
    }

    private func run(_ programs: TutorialPrograms) async throws -> RunDirectory {
        let origin = nodes[0], other = nodes[1]
        try await run(programs, "helloworld", "A program starts on one kernel", on: origin)
        try await run(programs, "helloworld2", "… and goes on, in the middle of main, on the other", on: origin)
        try await run(programs, "helloworldN", "There and back, with its variables", on: origin)
        try await run(programs, "helloworldN", "The same from the other side", on: other)
        try await run(programs, "helloworldId", "Everywhere it is the same process and thread", on: origin)
        try await run(programs, "helloworldS", "With time to look at it", on: origin)
        try await run(programs, "migrateme", "A program that does not ask to move is moved from outside", on: origin) {
            try await move("migrateme", to: other)
        }
        try await run(programs, "migratemep", "One thread of two, by a signal, as Popcorn's users do it", on: origin) {
            try await signal("migratemep", on: origin)
        }
        try await run(programs, "pthread2", "A thread hops while main stays; they meet at a barrier", on: origin)
        try await run(programs, "pthreadS", "The same, slowly", on: origin)
        try await run(programs, "primesum", "Four threads on both kernels, one sum, one mutex", on: origin)
        try await run(programs, "is", "Integer sort, in the manner of NPB IS", on: origin)
        return try await run(programs, "ft", "Fourier transforms, in the manner of NPB FT", on: origin)
    }

    /// - Parameter meanwhile: done once, when the program has printed its first lines.
    @discardableResult
    private func run(
        _ programs: TutorialPrograms, _ name: String, _ title: String, on node: NodeRecord,
        meanwhile: () async throws -> Void = {}
    ) async throws -> RunDirectory {
        let program = try programs.program(name)
        let arguments = program.expected.arguments
        let words = ["run", name, "--on", node.name] + (arguments.isEmpty ? [] : ["--"] + arguments)
        Narration.step(title, words.joined(separator: " "))
        var lines = 0
        let outcome = try await CheckedRun(access: access).run(
            program, on: node, input: STDIN_FILENO, errorOutput: STDERR_FILENO
        ) { line in
            Output.line(line)
            lines += 1
            if lines == Self.linesBeforeMove { try await meanwhile() }
        }
        for warning in outcome.warnings { Notice.line("warning: \(warning)") }
        Output.line("(as expected, exit code 0)")
        guard let run = outcome.run else { throw LabError(.commandFailed, "\(name) was not recorded") }
        return run
    }

    private func move(_ program: String, to target: NodeRecord) async throws {
        Narration.command("migrate \(program) --to \(target.name)")
        let outcomes = try await MoveThreads(access: access, options: MoveThreads.Options()).move(
            try ThreadSelector(program), to: target)
        for outcome in outcomes { Output.line(MigrateCommand.describe(outcome, MoveThreads.Options().timeout)) }
    }

    /// The second of the process's threads gets it; the first waits for that.
    private func signal(_ program: String, on node: NodeRecord) async throws {
        let thread = 2
        Narration.command("exec \(node.name) '\(EmbeddedGuest.signalCommand(program: program, thread: thread))'")
        try await access.withSession(node) { try await node.guest($0).signal(program: program, thread: thread) }
    }

    private func show(_ last: RunDirectory) async throws {
        Narration.step("What both kernels said and did, on one clock", "trace --summary \(last.id)")
        let timeline = try RunStore(environment: environment).timeline(last)
        try TraceCommand.show(timeline.summary, .table)
        try timeline.writeChromeTrace(to: last.trace)
        Output.line("")
        Output.line("dmesg, consoles, traces: \(last.path)")
        Output.line("timeline for ui.perfetto.dev: \(last.trace)")
    }
}
