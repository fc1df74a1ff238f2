import FoundationEssentials
import Lab
import Logging
import Regression
import Results
import Support
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Topology
import UserInput

/// A real Slurm of two nodes, for as long as this lives; `cluster.sh` starts it, and ends it also if the tests are killed.
final class SlurmCluster: Sendable {
    /// Of this cluster and all that is run on it.
    let scratch: Scratch
    private let child: ChildProcess
    private let leash: FileDescriptor

    init() async throws {
        scratch = try Scratch()
        let input = try FileDescriptor.privatePipe(), output = try FileDescriptor.privatePipe()
        child = try ChildProcess(
            [Self.source("cluster.sh"), scratch.file("slurm")], input: .descriptor(input.readEnd.rawValue),
            output: .descriptor(output.writeEnd.rawValue), group: .session)
        leash = input.writeEnd
        try input.readEnd.close()
        try output.writeEnd.close()
        let said = try output.readEnd.closeAfter { try output.readEnd.piece(upTo: 64) }
        guard ByteText.text(said) == "ready\n" else { throw SystemError("start Slurm, see what cluster.sh said above") }
    }

    deinit {
        try? leash.close()
        child.wait()
    }

    static func source(_ name: String) -> String {
        String(#filePath.dropLast("SlurmCluster.swift".count)) + name
    }

    var configuration: String { scratch.file("slurm/slurm.conf") }

    /// `popcorn-lab`, whose Slurm is this one.
    func popcornLab(_ changes: [String: String?] = [:]) throws -> CommandLineTool {
        let own: [String: String?] = [
            "SLURM_CONF": configuration, "XDG_STATE_HOME": scratch.file("state"),
            "XDG_RUNTIME_DIR": scratch.file("runtime"),
        ]
        return CommandLineTool(
            executable: try builtProgram("popcorn-lab"), environment: own.merging(changes) { $1 })
    }

    /// Runs a command of Slurm's.
    @discardableResult
    func callAsFunction(_ program: String, _ words: String...) async throws -> String {
        try await scratch.run(program, words, package: "slurm-client", environment: ["SLURM_CONF": configuration])
    }
}

/// A run of the smoke suite on the cluster, whose tasks run the stand-in.
struct StandInRun: Sendable {
    let cluster: SlurmCluster
    let events: AsyncStream<TestEvent>
    private let runner: SlurmRun
    private let suite: Suite

    init(
        _ cluster: SlurmCluster, held: [String] = [], failing: [Int] = [],
        _ change: (inout SlurmOptions) -> Void = { _ in }
    ) throws {
        self.cluster = cluster
        let scratch = cluster.scratch
        for name in held { try scratch.write("", to: "stand-in/hold/\(name)") }
        for number in failing { try scratch.write("", to: "stand-in/fail/\(number)") }
        let program = try builtProgram("popcorn-lab")
        let launcher = try scratch.write(
            """
            #!/bin/sh
            STAND_IN=\(scratch.file("stand-in")) STAND_IN_FOR=\(program)
            export STAND_IN STAND_IN_FOR
            exec \(SlurmCluster.source("stand-in.py")) "$@"

            """, to: "stand-in/popcorn-lab", mode: 0o755)
        setenv("SLURM_CONF", cluster.configuration, 1)
        var options = SlurmOptions()
        options.shards = 2
        change(&options)
        let (events, continuation) = AsyncStream.makeStream(of: TestEvent.self)
        self.events = events
        let variables = try cluster.popcornLab().variables
        let environment = LabEnvironment(
            directories: Directories(environment: variables),
            share: try Share.locate(environment: variables, executable: program), variables: variables,
            commandLine: ["popcorn-lab", "test"], uri: nil, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        runner = SlurmRun(environment: environment, executable: launcher, options: options) { continuation.yield($0) }
        suite = try Suite(yamlFile: environment.share.configs + "/suites/smoke.yaml", vcpus: .each(1))
    }

    /// Goes on with the newest run.
    func resume() async throws -> RunResults {
        let runs = RunDirectory.all(in: Directories(environment: try cluster.popcornLab().variables))
        return try await runner.resume(try #require(runs.last))
    }

    /// Runs it, and calls `act` with the job's id and the shard's number for each of the stand-in's tries that stops.
    func callAsFunction(
        _ act: @Sendable @escaping (String, Int, Task<RunResults, any Error>) async throws -> Void = { _, _, _ in }
    ) async throws -> (results: RunResults, notes: [String]) {
        let work = Task { try await runner.run(suite, try suite.cases(), seed: 1).1 }
        let watch = Task {
            var notes: [String] = []
            var job = ""
            for await event in events {
                switch event {
                case .note(let text):
                    notes.append(text)
                    if text.hasPrefix("job ") { job = String(text.dropFirst(4).prefix { $0 != ":" }) }
                case .tried(let plan, let attempt) where attempt.verdict == .failed:
                    let place = try suite.cases().firstIndex { $0.id == plan.id } ?? 0
                    try await act(job, place % 2 + 1, work)
                default: break
                }
            }
            return notes
        }
        let results = try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
        watch.cancel()
        return (results, try await watch.value)
    }
}
