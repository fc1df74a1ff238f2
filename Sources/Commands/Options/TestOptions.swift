import ArgumentParser
import Lab
import Regression
import Results
import Support
import Topology
import UserInput

/// Which cases of a suite are meant.
struct CaseChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only cases that this chooses, such as 'program=is and not tag=slow'; may be repeated.",
            valueName: "expression"),
        transform: { try CaseFilter(parsing: $0) })
    var filter: [CaseFilter] = []

    @Option(help: ArgumentHelp("Only cases with this tag; may be repeated, for any of them.", valueName: "tag"))
    var tag: [String] = []

    @Option(name: .customLong("case"), help: ArgumentHelp("Only this case; may be repeated.", valueName: "id"))
    var ids: [String] = []

    @Option(help: ArgumentHelp("What all chance comes from (default: another each time).", valueName: "number"))
    var seed: UInt32?

    var selection: CaseSelection {
        var selection = CaseSelection()
        selection.ids = ids
        selection.filters = filter
        selection.tags = tag
        return selection
    }
}

/// Which cases `test` runs.
struct TestChoice: ParsableArguments {
    @OptionGroup var cases: CaseChoice

    @Option(
        help: ArgumentHelp("Only the cases that a file names, a line each.", valueName: "file"), completion: .file())
    var caseList: String?

    @Option(help: ArgumentHelp(visibility: .hidden))
    var untriedIn: String?

    @Option(
        help: ArgumentHelp("Only the I-th of N parts of them, for several machines.", valueName: "I/N"),
        transform: { try Shard(parsing: $0) })
    var shard: Shard?

    @Option(
        help: ArgumentHelp("Only cases that failed or could not be judged in this run.", valueName: "run"),
        completion: .custom { _, _, _ in Completions.testRuns })
    var rerunFailed: String?

    @Option(
        help: ArgumentHelp("Go on with this run instead; its suite and its seed are known.", valueName: "run"),
        completion: .custom { _, _, _ in Completions.testRuns })
    var resume: String?

    /// The cases of a suite that are meant, in its order.
    func choose(from suite: Suite, _ environment: LabEnvironment) throws -> [SuiteCase] {
        var selection = cases.selection
        if let caseList { selection.ids += try Self.lines(of: caseList) }
        if let untriedIn { selection.tried = try TriedCases.ids(in: untriedIn) }
        selection.shard = shard
        if let rerunFailed {
            selection.failedIn = try NamedRun(rerunFailed, directories: environment.directories).results
        }
        return try selection.choose(from: try suite.cases())
    }

    private static func lines(of path: String) throws -> [String] {
        let text = ByteText.text(Array(try AtomicFile.contents(of: path)))
        let ids = text.split(separator: "\n").map(String.init)
        guard !ids.isEmpty else { throw RegressionError(.badArgument, "\(path) names no case") }
        return ids
    }
}

/// How `test` runs them.
struct TestHow: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many labs to use side by side; auto: as the host's CPUs and memory allow.", valueName: "N"))
    var jobs = "1"

    @Option(help: ArgumentHelp("How often to try a case again that failed.", valueName: "N"))
    var retries = 0

    @Option(
        help: ArgumentHelp(
            "Run each case on this many fresh boots of its lab (default: what the suite says, else 1).", valueName: "N")
    )
    var boots: Int?

    @Flag(inversion: .prefixedNo, help: "Measure the reference build beside, if the suite names one.")
    var reference = true

    @Flag(help: "End the run with the first failure.")
    var failFast = false

    @Option(help: ArgumentHelp("Begin no case after this time.", valueName: "duration"))
    var timeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Refuse to start if all runs so far take more of the disk than this, such as 20GiB.", valueName: "size"))
    var quota: DiskSize?

    @Flag(help: "Leave the labs up that are in use at the end.")
    var keepLab = false

    @Flag(help: "Keep traces of cases that passed, too.")
    var keepTraces = false

    @Flag(help: "Keep a core of each guest when a case fails, for crash(8).")
    var dump = false

    @Flag(help: "Write what programs print into the suite's golden files, instead of comparing.")
    var updateGolden = false

    @Flag(name: .shortAndLong, help: "Log to stderr what is done, step by step.")
    var verbose = false

    func validate() throws {
        if jobs != "auto", Int(digits: jobs).map({ (1...64).contains($0) }) != true {
            throw ValidationError("--jobs wants a number from 1 to 64, or auto.")
        }
        if let boots, !Suite.bootCounts.contains(boots) { throw ValidationError("--boots must be from 1 to 1000.") }
        if !(0...100).contains(retries) { throw ValidationError("--retries must be from 0 to 100.") }
    }

    /// Of nodes for which a suite has no number.
    static var vcpus: DefaultVCPUs {
        (CPUList.usable ?? CPUList.online).map { .sharing(hostCPUs: $0.count) } ?? .each(DefaultVCPUs.most)
    }

    /// On how many boots each case is run.
    func rounds(of suite: Suite) -> Int { boots ?? suite.boots }

    /// - Parameter suite: says what the command line does not.
    /// - Throws: what `ReferenceRide` throws.
    func options(for suite: Suite, _ environment: LabEnvironment) async throws -> TestRun.Options {
        var options = TestRun.Options()
        options.jobs = Int(digits: jobs) ?? JobCount.automatic
        options.retries = retries
        options.rounds = rounds(of: suite)
        if reference { options.reference = try await ReferenceRide(suite, environment: environment) }
        options.failFast = failFast
        options.timeout = timeout?.duration
        options.keepsLabs = keepLab
        options.keepsTraces = keepTraces
        options.dumps = dump
        options.updatesGolden = updateGolden
        return options
    }
}
