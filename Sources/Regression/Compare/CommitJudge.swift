import Lab
import Results
import Statistics
import Support
import Topology

/// Says of a commit whether a case passes there, or whether it is slower there than at the good one.
package final class CommitJudge: Sendable {
    let suiteFile: String
    let history: SourceHistory
    let environment: LabEnvironment
    let executable: String
    let selection: CaseSelection
    let vcpus: DefaultVCPUs
    let seed: UInt32
    /// How often a case is tried; one failure makes a commit bad.
    let repetitions: Int
    /// The figure that may not be slower than at this commit; `nil` for whether the case passes.
    let figure: (glob: FigureGlob, good: SourceHistory.Commit)?
    let run: RunDirectory
    let report: @Sendable (TestEvent) -> Void
    /// What the first commit that is slower has shown.
    private let known = Guarded<KnownSlowdown?>(nil)

    /// Prepares to judge commits of a repository, which has the guests' sources in it, or the suite and its programs.
    ///
    /// - Parameters:
    ///   - suiteFile: if it is in the repository, each commit has its own.
    ///   - selection: the case.
    ///   - repetitions: on how many boots a case must pass.
    ///   - figure: what may not be slower than at a commit.
    ///   - run: where the runs of all commits go.
    package init(
        suiteFile: String, history: SourceHistory, environment: LabEnvironment, executable: String,
        selection: CaseSelection,
        vcpus: DefaultVCPUs, seed: UInt32, repetitions: Int, figure: (glob: FigureGlob, good: SourceHistory.Commit)?,
        run: RunDirectory, report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.suiteFile = suiteFile
        self.history = history
        self.environment = environment
        self.executable = executable
        self.selection = selection
        self.vcpus = vcpus
        self.seed = seed
        self.repetitions = repetitions
        self.figure = figure
        self.run = run
        self.report = report
    }

    /// Builds, boots and runs a commit.
    package func judge(_ commit: SourceHistory.Commit) async throws -> (Bisection.Finding, String) {
        do {
            let side = try await side(commit)
            if let figure, figure.good != commit { return try await compare(side, commit, figure.good, figure.glob) }
            return try await pass(side, commit)
        } catch let error as any ActionableError where !(error is RegressionError) {
            return (.unknown, error.sentence)
        }
    }

    private func side(_ commit: SourceHistory.Commit) async throws -> BuildSide {
        let tree = try await history.tree(of: commit)
        func moved(_ path: String) -> String? {
            path.hasPrefix(history.root + "/") ? tree + path.dropFirst(history.root.count) : nil
        }
        let share = environment.share.root == history.root ? tree : moved(environment.share.root)
        let suite = try Suite(yamlFile: moved(suiteFile) ?? suiteFile, vcpus: vcpus)
        return BuildSide(
            title: commit.line,
            environment: try share.map { environment.with(share: try Share(tree: $0)) } ?? environment,
            suite: suite)
    }

    private func pass(_ side: BuildSide, _ commit: SourceHistory.Commit) async throws -> (Bisection.Finding, String) {
        var options = TestRun.Options()
        options.rounds = repetitions
        options.failFast = true
        let cases = try selection.choose(from: try side.suite.cases())
        let directory = RunDirectory(id: "\(run.id)/commits/\(commit.id)", directories: environment.directories)
        let results = try await TestRun(
            environment: side.environment, executable: executable, options: options, report: report
        ).run(side.suite, cases, seed: seed, in: directory).1
        try Task.checkCancellation()
        let headline = results.cases.first { $0.verdict == results.verdict }?.headline?.summary
        switch results.verdict {
        case .passed: return (.good, "passed on \(repetitions) \(repetitions == 1 ? "boot" : "boots")")
        case .failed: return (.bad, headline ?? "failed")
        case .notJudged, .notRun: return (.unknown, headline ?? "could not be judged")
        }
    }

    private func compare(
        _ side: BuildSide, _ commit: SourceHistory.Commit, _ good: SourceHistory.Commit, _ glob: FigureGlob
    ) async throws -> (Bisection.Finding, String) {
        let directory = RunDirectory(id: "\(run.id)/commits/\(commit.id)", directories: environment.directories)
        let known = known.withLock { $0 }
        var plan = SequentialComparison.Plan()
        if let known { plan.minimumEffect = max(plan.minimumEffect, known.minimumEffect) }
        let outcome = try await BuildComparison(
            base: try await self.side(good), head: side, executable: executable, options: TestRun.Options(), plan: plan,
            figures: known?.figures.map { FigureGlob(exactly: $0) } ?? [glob]
        ) { [report] event in
            if case .test(let event) = event { report(event) }
        }.run(selection, seed: seed, in: directory)
        let verdicts = outcome.findings.values.map(\.verdict)
        if known == nil, let id = selection.ids.first {
            self.known.withLock { $0 = KnownSlowdown(outcome, caseID: id) }
        }
        if let slow = outcome.slower.first, let ratio = outcome.findings[slow]?.comparison?.ratio {
            return (.bad, "\(slow) takes \(Int((ratio * 100).rounded())) % of what it takes at \(good.id.prefix(12))")
        }
        if let failure = outcome.failures.values.first?.first { return (.unknown, failure) }
        if !verdicts.isEmpty, !verdicts.contains(.undecided) { return (.good, "not slower than \(good.id.prefix(12))") }
        return (.unknown, "undecided after \(outcome.boots.values.reduce(0, +)) boots")
    }
}

extension BuildSide {
    /// A build whose parts are known.
    init(title: String, environment: LabEnvironment, suite: Suite) {
        self.title = title
        self.environment = environment
        self.suite = suite
        setUp = []
    }
}
