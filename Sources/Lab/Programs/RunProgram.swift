import Guest
import GuestContract
import Support
import Topology
import Trace

/// `run`: deploys a program, runs it on one node while the lab's kernels are recorded, and collects.
///
/// One connection to each node serves for all of that, and one process of the guest for all that is recorded.
package struct RunProgram: Sendable {
    /// Where and how the program runs, and what is kept of it.
    package struct Options: Sendable {
        /// The node on which the program starts; `nil` for the first.
        package var origin: String?
        /// Variables that the program gets beside those of the guest, by name.
        package var environment: [String: String] = [:]
        /// Its arguments after its own name; no shell of the guest changes them.
        package var arguments: [String] = []
        /// The directory in the guests that the program is put into and runs in; an absolute path.
        package var directory = Deployment.defaultDirectory
        /// How long the program may run once it is deployed; then it gets SIGTERM. `nil` for no limit.
        package var timeout: Duration?
        /// Hops that are driven from outside.
        package var moves: DrivenMoves?
        /// The call sites at which the program's runtime shall move a thread.
        package var migrateAt: MigrationSites?
        /// Whether the program's own calls of `migrate()` shall do nothing.
        package var stays = false
        /// Whether somebody knows that a node, by name, is gone: nothing is collected there but its console.
        package var isGone: @Sendable (String) -> Bool = { _ in false }
        /// Whether to keep what the kernels said and recorded.
        package var collects = true

        /// A program without arguments, on the first node, which nobody moves; what the kernels say is kept.
        package init() {}
    }

    /// What became of it.
    package struct Outcome: Sendable {
        /// If there was one.
        package var run: RunDirectory?
        /// How the program ended; its output is not in there, because it went to the descriptors.
        package var result: RemoteResult
        /// If they were driven from outside.
        package var moves: MoveSummary?
        /// Where the time went, from the connections to what was collected.
        package var steps: [Step]
        /// What is missing or doubtful in what was collected, and which moves were not made.
        package var warnings: [String]
    }

    /// What a waiting user may want to know.
    package enum Progress: Sendable {
        /// All is ready, and the program is being started.
        case started
        /// All of the program's output is out. What follows only concerns the kernels.
        case ended(exitCode: Int32)
        /// Somebody wants to stop now, which has to wait for what is being collected.
        case interrupted
    }

    let access: LabAccess
    let options: Options
    let report: @Sendable (Progress) -> Void

    /// Prepares to run programs in the lab that `access` gives; `report` may be called from any task.
    package init(
        access: LabAccess, options: Options, report: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.access = access
        self.options = options
        self.report = report
    }

    /// The program's own streams: descriptors of this process.
    package struct Streams: Sendable {
        /// Of which the program reads, and to which it writes.
        var input, output, errorOutput: Int32

        /// Takes descriptors, which stay the caller's to close.
        package init(input: Int32, output: Int32, errorOutput: Int32) {
            self.input = input
            self.output = output
            self.errorOutput = errorOutput
        }
    }

    /// Deploys and runs a program.
    ///
    /// - Parameters:
    ///   - path: without the ISA's suffix.
    ///   - streams: where its output goes, because it is not in the outcome.
    /// - Throws: what kept it from running or from ending by itself; what the kernels said is collected all the same.
    package func run(_ path: String, _ streams: Streams) async throws -> Outcome {
        let start = StepClock()
        return try await access.withRecorders { nodes in
            var clock = start
            clock.end("connect")
            let attempt = try await attempt(path, streams, on: nodes, clock: clock)
            return Outcome(
                run: attempt.run, result: try attempt.ending.get(), moves: attempt.moves, steps: attempt.steps,
                warnings: attempt.warnings)
        }
    }

    /// What became of a program that may not have ended by itself.
    package struct Attempt: Sendable {
        /// If there was one.
        package var run: RunDirectory?
        /// How it ended, or what kept it from that.
        package var ending: Result<RemoteResult, any Error>
        /// If they were driven from outside.
        package var moves: MoveSummary?
        /// Where the time went.
        package var steps: [Step]
        /// What is missing or doubtful in what was collected, and which moves were not made.
        package var warnings: [String]
        /// What the kernels recorded, without names of pages; `nil` if nothing was collected, or it could not be read.
        package var trace: Timeline?
    }

    /// `run` over connections that stand, for callers that run many programs.
    ///
    /// - Parameters:
    ///   - nodes: all nodes of the lab.
    ///   - directory: of the run; `nil` makes one.
    /// - Throws: what went wrong before the program was started.
    package func attempt(
        _ path: String, _ streams: Streams, on nodes: [RecordedNode], in directory: RunDirectory? = nil
    ) async throws -> Attempt {
        try await attempt(path, streams, on: nodes, in: directory, clock: StepClock())
    }

    private func attempt(
        _ path: String, _ streams: Streams, on nodes: [RecordedNode], in directory: RunDirectory? = nil,
        clock: StepClock
    ) async throws -> Attempt {
        var clock = clock
        if options.moves != nil { try access.require(.migrate) }
        let origin = try options.origin.map(access.node) ?? access.record.nodes[0]
        let environment = try environment(for: path)
        let deployment = try Deployment(path: path, record: access.record, directory: options.directory)
        let deployed = try await deployment.deploy(to: nodes)
        clock.end("deploy")
        var recording =
            try options.collects
            ? ProgramRecording(of: deployment, deployed.digests, access, nodes, in: directory) : nil
        recording?.collector.isGone = options.isGone
        try await recording?.collector.begin()
        if recording != nil { clock.end("start of the traces") }
        guard let session = nodes.first(where: { $0.node.id == origin.id })?.session else {
            throw LabError(.noSuchNode, "\(origin.name) has no session")
        }
        let driver = try await options.moves?.driver(in: origin.guest(session))
        let command = EmbeddedGuest.programCommand(
            deployment.name, options.arguments, in: options.directory, driver: driver)
        report(.started)
        let ending = await execute(command, environment, streams, in: session)
        clock.end("program")
        report(.ended(exitCode: ending.exitCode))
        return try await concludeWhole(recording, driver, ending, clock)
    }

    private func execute(
        _ command: String, _ environment: [String: String], _ streams: Streams, in session: any GuestConnection
    ) async -> Result<RemoteResult, any Error> {
        let command = RemoteCommand(
            command, environment: environment, input: .descriptor(streams.input), output: .descriptor(streams.output),
            errorOutput: .descriptor(streams.errorOutput))
        do {
            return .success(try await session.exec(command, deadline: options.timeout.map { .now + $0 }))
        } catch {
            return .failure(error)
        }
    }

    /// Concludes even if somebody ends us meanwhile: what the kernels said is worth most when the program did not end
    /// well, or somebody ended it.
    private func concludeWhole(
        _ recording: ProgramRecording?, _ driver: MoveDriver?, _ ending: Result<RemoteResult, any Error>,
        _ clock: StepClock
    ) async throws -> Attempt {
        let conclusion = Task { try await conclude(recording, driver, ending, clock) }
        return try await withTaskCancellationHandler {
            try await conclusion.value
        } onCancel: {
            report(.interrupted)
        }
    }

    /// All that comes after the program: collects, and completes the manifest.
    private func conclude(
        _ recording: ProgramRecording?, _ driver: MoveDriver?, _ ending: Result<RemoteResult, any Error>,
        _ clock: StepClock
    ) async throws -> Attempt {
        var clock = clock
        var collected = Collected()
        if let recording {
            collected = await recording.collector.end { clock.end($0) }
        }
        let moves = await summary(driver, &collected.warnings)
        try recording?.complete(ending, moves: moves, steps: clock.steps, warnings: collected.warnings)
        return Attempt(
            run: recording?.run, ending: ending, moves: moves, steps: clock.steps, warnings: collected.warnings,
            trace: collected.trace)
    }

    /// What the program's runtime reads (`Images/runtime/node/moves/moves.c`).
    private static let stayVariable = "POPCORN_STAY"

    private func environment(for program: String) throws -> [String: String] {
        var environment = options.environment
        if let sites = options.migrateAt { environment[MigrationSites.variable] = try sites.value(for: program) }
        if options.stays { environment[Self.stayVariable] = "1" }
        return environment
    }

    /// What became of the moves that were asked for.
    private func summary(_ driver: MoveDriver?, _ warnings: inout [String]) async -> MoveSummary? {
        guard let driver, let wanted = options.moves else { return nil }
        do {
            let summary = try await driver.summary()
            if let warning = wanted.warning(of: summary) { warnings.append(warning) }
            return summary
        } catch {
            warnings.append("the moves were not counted: \(error.sentence)")
            return nil
        }
    }
}
