import ArgumentParser
import FoundationEssentials
import Lab
import Regression
import Results
import Support
import Topology

/// `popcorn-lab bisect`: the commit that broke a case.
struct BisectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Find the commit from which on a case fails, or is slower: build, boot and run commits between two.",
        discussion: """
              popcorn-lab bisect smoke --good v1.2 --bad HEAD --case ID
              popcorn-lab bisect smoke --good v1.2 --bad HEAD --case ID --figure wall
              popcorn-lab bisect ~/app/tests.yaml --repository ~/app --good A --bad B --case ID

            The repository is that of the guests' sources (kernel modules, runtime, programs), or the one that is named, in which \
            the suite and the sources of its programs are. Both ends are tried first. A commit that does not build, or cannot be \
            judged, is passed over. With --figure, a commit is bad if it is slower by at least half of what the bad end is. Work \
            trees stay as they are: commits are taken to the cache.

            Exit codes: 0 the commit is named, 2 only some that may be it.
            """)

    @Argument(help: ArgumentHelp("A suite's file, or the name of one of Configs/suites.", valueName: "suite"))
    var suite: String

    @Option(help: ArgumentHelp("A commit where all is well.", valueName: "commit"))
    var good: String

    @Option(help: ArgumentHelp("A later commit where it is not.", valueName: "commit"))
    var bad = "HEAD"

    @Option(name: .customLong("case"), help: ArgumentHelp("The case.", valueName: "id"))
    var id: String

    @Option(
        help: ArgumentHelp(
            "Ask whether this figure is slower than at --good, instead of whether the case passes.", valueName: "name"))
    var figure: String?

    @Option(help: ArgumentHelp("On how many boots a good commit must pass.", valueName: "N"))
    var boots = 1

    @Option(
        help: ArgumentHelp("The repository (default: that of the guests' sources).", valueName: "directory"),
        completion: .directory)
    var repository: String?

    @Option(help: ArgumentHelp("What all chance comes from (default: 0).", valueName: "number"))
    var seed: UInt32 = 0

    @OptionGroup var output: FormatOption

    func validate() throws {
        if !(1...1000).contains(boots) { throw ValidationError("--boots must be from 1 to 1000.") }
    }

    func run() async throws {
        let environment = try GlobalOptions.environment()
        let file = AbsolutePath.of(try SuiteFile.path(of: suite, environment))
        let history = try await SourceHistory(
            of: repository ?? environment.share.root, cache: environment.directories.cache)
        let (first, last) = (try await history.commit(good), try await history.commit(bad))
        let commits = try await history.commits(after: first, to: last)
        let run = try RunDirectory.create(verb: .bisect, directories: environment.directories)
        var selection = CaseSelection()
        selection.ids = [id]
        let judge = CommitJudge(
            suiteFile: file, history: history, environment: environment, executable: GlobalOptions.executable,
            selection: selection, vcpus: TestHow.vcpus, seed: seed, repetitions: boots,
            figure: figure.map { (FigureGlob($0), first) }, run: run
        ) { event in
            if case .note(let text) = event { Notice.line(text) }
        }
        Notice.line("\(commits.count) commits")
        let outcome = try await Bisection(good: first, commits: commits, judge: { try await judge.judge($0) }) { step in
            Notice.line("\(step.finding.rawValue.padded(to: 8))\(step.commit.line): \(step.reason)")
        }.run()
        try await conclude(outcome, run)
    }

    private func conclude(_ outcome: Bisection.Outcome, _ run: RunDirectory) async throws {
        try AtomicFile.write(try Output.encoder.encode(outcome), to: run.path + "/bisect.json")
        if output.format == .json {
            try Output.json(outcome)
        } else if let commit = outcome.suspects.first, outcome.suspects.count == 1 {
            Output.line("the first bad commit is \(commit.id)\n  \(commit.subject)\n  \(commit.origin)")
        } else {
            Output.line("the first bad commit is one of these; those between could not be judged:")
            for commit in outcome.suspects { Output.line("  \(commit.line)") }
        }
        Notice.line(run.path)
        if outcome.suspects.count != 1 { throw ProgramExit(status: RunExit.notJudged.rawValue) }
    }
}
