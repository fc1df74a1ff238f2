import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// `test --engine slurm`: runs a suite as a job array of a cluster, a shard in each task, and makes one run of all.
package struct SlurmRun: Sendable {
    let environment: LabEnvironment
    /// The path of the running program, which every node must have too.
    let executable: String
    let options: SlurmOptions
    let report: @Sendable (TestEvent) -> Void
    private let slurm = Slurm()

    /// Prepares to run suites; `report` may be called from any task.
    package init(
        environment: LabEnvironment, executable: String, options: SlurmOptions,
        report: @escaping @Sendable (TestEvent) -> Void = { _ in }
    ) {
        self.environment = environment
        self.executable = executable
        self.options = options
        self.report = report
    }

    /// Runs cases in a run of their own, whose directory all nodes must see.
    ///
    /// - Parameters:
    ///   - cases: a choice of the suite's.
    ///   - seed: what all chance comes from.
    ///   - boots: on how many fresh boots each case is run; the tasks know it by their words or by the suite.
    /// - Returns: the run, and what became of it. A cancelled run gives what it has, and its job is cancelled.
    /// - Throws: `RegressionError` if there is no Slurm, it refuses the job or does not answer any more; `SystemError` if
    ///   nothing can be written down.
    package func run(
        _ suite: Suite, _ cases: [SuiteCase], seed: UInt32, boots: Int = 1
    ) async throws -> (RunDirectory, RunResults) {
        var options = options
        let nodes = try await slurm.nodeCount()
        let shards = max(1, min(options.shards ?? nodes, cases.count))
        options.shards = shards
        let run = try RunDirectory.create(verb: .test, directories: environment.directories)
        let lock = try TestRunFiles(run).lock(environment)
        defer { withExtendedLifetime(lock) {} }
        let header = RunHeader(
            id: run.id, suite: suite.name, suiteFile: suite.file, seed: seed, commandLine: environment.commandLine,
            version: Version.current, started: Date().timeIntervalSince1970, boots: boots,
            cases: cases.map { $0.plan(seed: seed) })
        let files = ShardFiles(run: run)
        try prepare(files, header, options)
        let log = try ResultLog(path: TestRunFiles(run).log)
        try log.append(.began(header))
        report(.began(header))
        let array = ShardArray(
            ShardLedger(header: header, files: files, log: log, shards: shards, report: report), options, slurm)
        return (run, try await follow(array) { try await $0.submit() })
    }

    /// Whether a run was spread over a cluster.
    package static func isRun(_ run: RunDirectory) -> Bool {
        ShardFiles(run: run).options.withBytes { access($0, F_OK) } == 0
    }

    /// Goes on with a run whose command was killed or interrupted: waits for the tasks that go on, and has the rest run.
    ///
    /// It goes by the options that the run was begun with.
    /// - Throws: `RegressionError` as `run`, and if another command is at it.
    package func resume(_ run: RunDirectory) async throws -> RunResults {
        let files = ShardFiles(run: run)
        let lock = try TestRunFiles(run).lock(environment)
        defer { withExtendedLifetime(lock) {} }
        let options: SlurmOptions
        do {
            options = try JSONDecoder().decode(SlurmOptions.self, from: try AtomicFile.contents(of: files.options))
        } catch let error as DecodingError {
            throw RegressionError(.badRun, "\(files.options) is damaged: \(error)")
        }
        let path = TestRunFiles(run).log
        let header = try ResultLog.replay(path).run
        // What the shards' logs say is merged anew.
        let new = path + ".new"
        try? FileManager.default.removeItem(atPath: new)
        try ResultLog(path: new).append(.began(header))
        guard new.withBytes({ old in path.withBytes { rename(old, $0) } }) == 0 else {
            throw SystemError("rename \(new)")
        }
        report(.began(header))
        let array = ShardArray(
            ShardLedger(
                header: header, files: files, log: try ResultLog(path: path), shards: max(1, options.shards ?? 1),
                report: report), options, slurm)
        return try await follow(array) { try await $0.takeOver() }
    }

    private func prepare(_ files: ShardFiles, _ header: RunHeader, _ options: SlurmOptions) throws {
        let shards = options.shards ?? 1
        try AtomicFile.write(try JSONEncoder().encode(options), to: files.options)
        for shard in 1...shards { try Directories.create(files.shard(shard) + "/runs") }
        try AtomicFile.write(header.cases.map { $0.id + "\n" }.joined(), to: files.cases)
        let script = SlurmScript(
            executable: executable, suite: header.suiteFile, seed: header.seed, files: files, shards: shards,
            words: options.taskWords)
        try AtomicFile.write(script.text, to: files.script, mode: 0o700)
    }

    private func follow(
        _ array: ShardArray, _ begin: (inout ShardArray) async throws -> Void
    ) async throws -> RunResults {
        var array = array
        let began = ContinuousClock.now
        let isInterrupted = try await serve(&array, begin)
        try array.finish(seconds: (ContinuousClock.now - began).seconds, interrupted: isInterrupted)
        return try ResultLog.replay(TestRunFiles(array.ledger.files.run).log)
    }

    /// - Returns: whether we were cancelled.
    private func serve(
        _ array: inout ShardArray, _ begin: (inout ShardArray) async throws -> Void
    ) async throws -> Bool {
        do {
            try await begin(&array)
            try await array.awaitEnd()
            return false
        } catch {
            // No task of ours may go on when nobody waits for it.
            let isInterrupted = Task.isCancelled
            let jobs = array.jobs
            if !jobs.isEmpty { report(.note("cancelling job \(jobs.joined(separator: ", "))")) }
            array = await Task { [array] in
                var array = array
                await array.cancel()
                return array
            }.value
            guard isInterrupted else { throw error }
            return true
        }
    }
}
