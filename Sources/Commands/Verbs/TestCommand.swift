import ArgumentParser
import FoundationEssentials
import Lab
import Regression
import Results
import Support
import Topology

/// `popcorn-lab test`: a suite, from its labs' boots to its verdict.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract:
            "Run a suite of cases on labs that are booted for it; say what failed, what could not be judged, and why.",
        discussion: """
              popcorn-lab test smoke                          a suite that ships with popcorn-lab
              popcorn-lab test nightly.yaml --retries 1       a suite of your own
              popcorn-lab test nightly --dry-run              its cases; nothing is started
              popcorn-lab test nightly --filter 'program=is and fault!=none'
              popcorn-lab test nightly --case ID --seed S     just one, as it was
              popcorn-lab test nightly --rerun-failed last
              popcorn-lab test --resume last                  what a killed or interrupted run has not done
              popcorn-lab test nightly --engine slurm         on the nodes of a cluster

            Every case has one of four verdicts: passed, failed, not judged (the lab or the host kept us from knowing) and \
            not run. A case that passes when it is tried again is flaky. What became slower than in the runs before is \
            measured again on fresh boots before it counts. Exit codes: 0 all passed, 1 some failed, 2 some could not be \
            judged, 3 there was nothing to run, 5 all passed and something is slower. docs/regression.md describes suites.
            """)

    @Argument(
        help: ArgumentHelp("A suite's file, or the name of one of Configs/suites.", valueName: "suite"),
        completion: .file(extensions: ["yaml", "yml"]))
    var suite: String?

    @OptionGroup(title: "Which cases") var choice: TestChoice
    @OptionGroup(title: "How") var how: TestHow
    @OptionGroup(title: "On a cluster") var cluster: ClusterOptions

    @Flag(name: .long, help: "List the cases that would run; start nothing.")
    var dryRun = false

    @OptionGroup var past: TestPast
    @OptionGroup var output: FormatOption

    func validate() throws {
        if suite == nil, choice.resume == nil { throw ValidationError("Name a suite, or a run to resume.") }
        if suite != nil, choice.resume != nil { throw ValidationError("A run that is resumed has its suite already.") }
        if cluster.engine == .slurm { try validateForSlurm() }
    }

    func run() async throws {
        let environment = try GlobalOptions.environment(verbose: how.verbose)
        if let text = choice.resume { return try await resume(text, environment) }
        let suite = try Suite(yamlFile: try SuiteFile.path(of: suite ?? "", environment), vcpus: TestHow.vcpus)
        let cases = try choice.choose(from: suite, environment)
        if dryRun { return try show(cases, environment) }
        guard !cases.isEmpty else {
            Notice.line("no case is chosen")
            throw ProgramExit(status: RunExit.nothingRun.rawValue)
        }
        let seed = choice.cases.seed ?? UInt32.random(in: 0...UInt32.max)
        let room = RunRoom(directories: environment.directories)
        if let quota = how.quota { try room.check(quota: quota) }
        if let warning = room.warning(suite: suite.name) { Notice.warning(warning) }
        let progress = TestProgress(expected: past.expectedSeconds(suite: suite.name, cases: cases.map(\.id)))
        if cluster.engine == .slurm {
            throw try await runOnSlurm(suite, cases, seed: seed, environment, progress)
        }
        let runner = runner(environment, try await how.options(for: suite, environment), progress)
        let (run, results) = try await progress.following {
            try await runner.run(suite, cases, seed: seed, shard: choice.shard?.description)
        }
        throw try await conclude(run, results, suite, environment)
    }

    private func resume(_ text: String, _ environment: LabEnvironment) async throws {
        let named = try NamedRun(text, directories: environment.directories)
        let run = RunDirectory(id: named.results.run.id, directories: environment.directories)
        let suite = try Suite(yamlFile: named.results.run.suiteFile, vcpus: TestHow.vcpus)
        let progress = TestProgress()
        let runner = runner(environment, try await how.options(for: suite, environment), progress)
        let results = try await progress.following {
            if SlurmRun.isRun(run) { return try await slurmRun(environment, progress).resume(run) }
            return try await runner.resume(run, suite)
        }
        throw try await conclude(run, results, suite, environment)
    }

    private func runner(
        _ environment: LabEnvironment, _ options: TestRun.Options, _ progress: TestProgress
    ) -> TestRun {
        TestRun(environment: environment, executable: GlobalOptions.executable, options: options) { progress.show($0) }
    }

    private func show(_ cases: [SuiteCase], _ environment: LabEnvironment) throws {
        let offer = KernelOffer(environment: environment)
        for one in cases {
            for lack in offer.lacks(of: one) { Notice.warning("\(one.id): \(lack.node ?? ""): \(lack.summary)") }
        }
        if output.format == .json { return try Output.json(cases.map { $0.plan(seed: choice.cases.seed ?? 0) }) }
        var table = Table("CASE", "TAGS")
        for one in cases { table.add(one.id, one.tags.joined(separator: ",")) }
        Output.table(table)
        Notice.line("\(cases.count) cases")
    }

    /// Keeps the results, says how it went, and gives the exit code.
    func conclude(
        _ run: RunDirectory, _ results: RunResults, _ suite: Suite, _ environment: LabEnvironment
    ) async throws -> any Error {
        try AtomicFile.write(try results.json(), to: TestRunFiles(run).results)
        let said = try await past.judge(results) { slower in
            try await measureAgain(slower, run, results, suite, environment)
        }
        if output.format == .json {
            Output.bytes(Array(try results.json().utf8))
        } else {
            Output.bytes(Array(ResultsCommand.table(results, lives: said.lives.compactMapValues(\.words)).utf8))
            for figure in said.slower { Output.line("slower: \(figure.id): \(figure.figure) \(figure.change)") }
            for one in results.cases(.failed) { Output.line("again: \(one.reproduce)") }
        }
        Notice.line("\(run.path)")
        return ProgramExit(status: RunExit(of: results, isSlower: !said.slower.isEmpty).rawValue)
    }

    /// Runs cases again that seem slower, on boots that are made for it.
    private func measureAgain(
        _ ids: [String], _ run: RunDirectory, _ results: RunResults, _ suite: Suite, _ environment: LabEnvironment
    ) async throws -> RunResults {
        Notice.line(
            "\(ids.count) \(ids.count == 1 ? "case seems" : "cases seem") slower: measuring again on fresh boots")
        var options = try await how.options(for: suite, environment)
        options.rounds = Self.boots
        let progress = TestProgress()
        let cases = try suite.cases().filter { ids.contains($0.id) }
        let directory = RunDirectory(id: run.id + "/again", directories: environment.directories)
        return try await progress.following {
            try await runner(environment, options, progress).run(suite, cases, seed: results.run.seed, in: directory).1
        }
    }

    /// Enough that, beside the history's, chance rarely looks like this.
    private static let boots = 5
}
