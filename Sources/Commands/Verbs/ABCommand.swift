import ArgumentParser
import FoundationEssentials
import Lab
import Regression
import Results
import Statistics
import Support
import Topology

/// `popcorn-lab ab`: which of two builds is faster.
struct ABCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ab",
        abstract: "Boot two builds in turns until it is known which of them is faster, or the budget is spent.",
        discussion: """
              popcorn-lab ab smoke --base v1.2 --head HEAD
              popcorn-lab ab smoke --base main --head . --case ID --figure 'hop.*'
              popcorn-lab ab smoke --base Configs/x86-arm.yaml --head big.yaml
              popcorn-lab ab smoke --base HEAD --head HEAD --head-setup 'sysctl -w vm.swappiness=0'

            A build is a commit of the repository that the guests' sources are in, a source tree, a lab file for all labs of \
            the suite, or PROGRAM=PATH for a program of the suite. Boots come in the order base, head, head, base. What counts \
            is the boot: all samples of one boot have one median. It goes on until every figure is decided, or the interval \
            is narrow, or the budget is spent; the chance of even one false alarm is the level that is printed.

            Exit codes: 0 nothing is slower, 1 a side does not pass its cases, 2 not enough is known, 5 something is slower.
            """)

    @Argument(help: ArgumentHelp("A suite's file, or the name of one of Configs/suites.", valueName: "suite"))
    var suite: String

    @Option(
        help: ArgumentHelp("What is known: a commit, a source tree, a lab file or PROGRAM=PATH.", valueName: "build"))
    var base: String

    @Option(help: ArgumentHelp("What is asked about, likewise.", valueName: "build"))
    var head: String

    @Option(
        help: ArgumentHelp(
            "What every node's shell runs after each boot of the base; may be repeated.", valueName: "command"))
    var baseSetup: [String] = []

    @Option(help: ArgumentHelp("The same for the head.", valueName: "command"))
    var headSetup: [String] = []

    @Option(
        help: ArgumentHelp(
            "Figures that count, such as wall or 'hop.*'; may be repeated (default: wall).", valueName: "pattern"))
    var figure: [String] = []

    @Option(help: ArgumentHelp("Differences below this are not worth telling, in percent.", valueName: "percent"))
    var effect = 3.0

    @Option(help: ArgumentHelp("The most boots of each side.", valueName: "N"))
    var boots = 30

    @Option(help: ArgumentHelp("Begin no boot after this time.", valueName: "duration"))
    var timeout: TimeSpan?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Measure plain TCP beside each case, and correct figures by it: a host that is slow for a while is no build."
    )
    var yardstick = true

    @OptionGroup(title: "Which cases") var choice: CaseChoice
    @OptionGroup var output: FormatOption

    func validate() throws {
        if !(0.1...100).contains(effect) { throw ValidationError("--effect must be from 0.1 to 100 percent.") }
        if !(5...1000).contains(boots) { throw ValidationError("--boots must be from 5 to 1000.") }
    }

    func run() async throws {
        let environment = try GlobalOptions.environment()
        let vcpus = TestHow.vcpus
        let suite = try Suite(yamlFile: try SuiteFile.path(of: suite, environment), vcpus: vcpus)
        let sides = [
            try await BuildSide(base, suite: suite, environment: environment, vcpus: vcpus, setUp: baseSetup),
            try await BuildSide(head, suite: suite, environment: environment, vcpus: vcpus, setUp: headSetup),
        ]
        var options = TestRun.Options()
        options.measuresYardstick = yardstick
        let comparison = BuildComparison(
            base: sides[0], head: sides[1], executable: GlobalOptions.executable, options: options,
            plan: plan,
            figures: (figure.isEmpty ? ["wall"] : figure).map { FigureGlob($0) }, timeout: timeout?.duration
        ) { Self.show($0) }
        let run = try RunDirectory.create(verb: .ab, directories: environment.directories)
        let seed = choice.seed ?? UInt32.random(in: 0...UInt32.max)
        let outcome = try await comparison.run(choice.selection, seed: seed, in: run)
        try AtomicFile.write(try Output.encoder.encode(outcome), to: run.path + "/ab.json")
        if output.format == .json { try Output.json(outcome) } else { ABTable(outcome).show() }
        Notice.line(run.path)
        throw ProgramExit(status: Self.status(of: outcome))
    }

    private var plan: SequentialComparison.Plan {
        var plan = SequentialComparison.Plan()
        plan.minimumEffect = effect / 100
        plan.looks = plan.looks.filter { $0 < boots } + [boots]
        return plan
    }

    private static func status(of outcome: BuildComparison.Outcome) -> Int32 {
        if !outcome.slower.isEmpty { return RunExit.slower.rawValue }
        if outcome.stop == .stopped, !outcome.failures.isEmpty { return RunExit.failed.rawValue }
        let isKnown = !outcome.findings.isEmpty && outcome.findings.values.allSatisfy { $0.verdict != .undecided }
        return (isKnown ? RunExit.passed : .notJudged).rawValue
    }

    private static func show(_ event: BuildComparison.Event) {
        switch event {
        case .boot(let side, let number): Notice.line("boot \(number): \(side.rawValue)")
        case .looked(let findings):
            let decided = findings.values.count { $0.verdict != .undecided }
            Notice.line("\(decided) of \(findings.count) figures are decided")
        case .test(.tried(let plan, let attempt)) where attempt.verdict != .passed:
            Notice.line("\(attempt.verdict.words) \(plan.id): \(attempt.problems.first?.line ?? "")")
        case .test(.note(let text)): Notice.line(text)
        case .test: break
        }
    }
}

/// What `ab` prints.
struct ABTable {
    let outcome: BuildComparison.Outcome

    init(_ outcome: BuildComparison.Outcome) { self.outcome = outcome }

    func show() {
        Output.line("base  \(outcome.base): \(outcome.boots["base"] ?? 0) boots")
        Output.line("head  \(outcome.head): \(outcome.boots["head"] ?? 0) boots")
        var table = Table("FIGURE", ">HEAD/BASE", "INTERVAL", ">P", ">YARDSTICK", "VERDICT")
        for (name, finding) in outcome.findings.sorted(by: { $0.key < $1.key }) {
            guard let comparison = finding.comparison else {
                table.add(name, "-", "-", "-", "-", "not comparable")
                continue
            }
            table.add(
                name, Self.percent(comparison.ratio),
                "\(Self.percent(comparison.low)) to \(Self.percent(comparison.high))",
                Fixed.text(finding.adjustedPValue ?? 1, 4), finding.yardstick.map { Self.share($0.explained) } ?? "-",
                finding.verdict.rawValue)
        }
        if !outcome.findings.isEmpty { Output.table(table) }
        for (side, failures) in outcome.failures.sorted(by: { $0.key < $1.key }) {
            for failure in failures { Output.line("\(side) did not pass: \(failure)") }
        }
        if outcome.areEqual {
            Output.line(
                "Both sides are the same build: \(outcome.different.count) false alarms among \(outcome.findings.count) figures."
            )
        }
        Output.line(
            "The chance of even one false alarm is at most \(Self.share(outcome.plan.level)); differences below "
                + "\(Self.share(outcome.plan.minimumEffect)) do not count.")
    }

    private static func percent(_ ratio: Double) -> String {
        (ratio >= 1 ? "+" : "") + Fixed.text((ratio - 1) * 100, 1) + " %"
    }

    private static func share(_ share: Double) -> String { Fixed.text(share * 100, share < 0.1 ? 1 : 0) + " %" }
}
