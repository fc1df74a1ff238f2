import Lab
import Results
import Statistics
import Support
import Topology

/// `ab`: boots two builds in turns, until it is known which of them is faster, or the budget is spent.
package struct BuildComparison: Sendable {
    /// What came of it; `ab.json` holds it.
    package struct Outcome: Codable, Sendable {
        /// The suite's name.
        package var suite: String
        /// What was known.
        package var base: String
        /// What was asked about.
        package var head: String
        /// What was asked, and how much could be spent; `level` is the chance of even one false alarm.
        package var plan: SequentialComparison.Plan
        /// How many boots each side had that counted.
        package var boots: [String: Int]
        /// Why it stopped.
        package var stop: SequentialComparison.Stop?
        /// By figure, as `CASE: NAME`.
        package var findings: [String: SequentialComparison.Finding]
        /// What did not pass, and so was not compared, by side: the case and what was wrong.
        package var failures: [String: [String]]
        /// Whether both sides are the same build: then each difference that is told is a false alarm.
        package var areEqual: Bool
        /// The figures that differ.
        package var different: [String] {
            findings.filter { $0.value.verdict == .slower || $0.value.verdict == .faster }.keys.sorted()
        }
        /// The figures that became worse.
        package var slower: [String] { findings.filter { $0.value.verdict == .slower }.keys.sorted() }
    }

    /// What it tells while it goes on.
    package enum Event: Sendable {
        /// A side is being booted for the n-th time.
        case boot(SequentialComparison.Side, Int)
        /// A look at all boots so far has told something.
        case looked([String: SequentialComparison.Finding])
        case test(TestEvent)
    }

    let base: BuildSide
    let head: BuildSide
    let executable: String
    let options: TestRun.Options
    let plan: SequentialComparison.Plan
    /// Chooses figures by their names.
    let figures: [FigureGlob]
    let timeout: Duration?
    let report: @Sendable (Event) -> Void

    /// After so many boots in which a case did not pass, a side is given up.
    private static let patience = 3

    /// Prepares a comparison.
    ///
    /// - Parameters:
    ///   - figures: which figures count; those that have no good direction never do.
    ///   - timeout: after this time no boot is begun.
    package init(
        base: BuildSide, head: BuildSide, executable: String, options: TestRun.Options,
        plan: SequentialComparison.Plan = SequentialComparison.Plan(), figures: [FigureGlob], timeout: Duration? = nil,
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.base = base
        self.head = head
        self.executable = executable
        self.options = options
        self.plan = plan
        self.figures = figures
        self.timeout = timeout
        self.report = report
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - selection: the cases that are run on each boot.
    ///   - run: where the runs of all boots go, each in a directory of its own.
    /// - Throws: `RegressionError` if no figure is chosen; what `TestRun` throws.
    package func run(_ selection: CaseSelection, seed: UInt32, in run: RunDirectory) async throws -> Outcome {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        var comparison: SequentialComparison?
        var failures: [SequentialComparison.Side: [String]] = [:]
        var stop: SequentialComparison.Stop?
        var number = 0
        while stop == nil {
            let side: SequentialComparison.Side
            switch comparison?.next ?? .boot(.base) {
            case .stop(let reason):
                stop = reason
                continue
            case .boot(let wanted): side = wanted
            }
            try Task.checkCancellation()
            if (failures[side]?.count ?? 0) >= Self.patience || deadline.map({ .now >= $0 }) == true {
                comparison?.finish()
                stop = .stopped
                continue
            }
            number += 1
            report(.boot(side, number))
            let directory = RunDirectory(id: "\(run.id)/boots/\(number)-\(side.rawValue)", directories: directories)
            let results = try await boot(side, selection, seed, directory)
            guard results.verdict == .passed, results.state == .complete else {
                failures[side, default: []].append(Self.failure(of: results))
                continue
            }
            let samples = samples(of: results)
            if comparison == nil {
                let better = Dictionary(samples.map { ($0.name, $0.better) }, uniquingKeysWith: { first, _ in first })
                guard !better.isEmpty else { throw nothingChosen(results) }
                comparison = SequentialComparison(figures: better, plan: plan)
            }
            let before = comparison?.findings.count
            comparison?.add(
                Dictionary(samples.map { ($0.name, $0.values) }, uniquingKeysWith: +),
                yardsticks: Dictionary(samples.map { ($0.name, $0.yardstick) }, uniquingKeysWith: +), from: side)
            if let comparison, comparison.findings.count != before || before != 0 {
                report(.looked(comparison.findings))
            }
        }
        return Outcome(
            suite: base.suite.name, base: base.title, head: head.title, plan: plan,
            boots: Dictionary(uniqueKeysWithValues: (comparison?.counts ?? [:]).map { ($0.key.rawValue, $0.value) }),
            stop: stop,
            findings: comparison?.findings ?? [:],
            failures: Dictionary(uniqueKeysWithValues: failures.map { ($0.key.rawValue, $0.value) }),
            areEqual: base.title == head.title && base.setUp == head.setUp)
    }

    private var directories: Directories { base.environment.directories }

    private func boot(
        _ side: SequentialComparison.Side, _ selection: CaseSelection, _ seed: UInt32, _ directory: RunDirectory
    ) async throws -> RunResults {
        let build = side == .base ? base : head
        var options = options
        options.setUp = build.setUp
        options.rounds = 1
        let runner = TestRun(environment: build.environment, executable: executable, options: options) {
            report(.test($0))
        }
        let cases = try selection.choose(from: try build.suite.cases())
        let results = try await runner.run(build.suite, cases, seed: seed, in: directory).1
        try Task.checkCancellation()
        return results
    }

    private struct Sample {
        var name: String
        var better: Better
        var values: [Double]
        /// What was measured beside the case.
        var yardstick: [Double]
    }

    private func samples(of results: RunResults) -> [Sample] {
        results.cases.flatMap { result -> [Sample] in
            let measurements = result.attempts.last?.measurements ?? []
            let yardstick = measurements.first { $0.name == CaseMeasurements.yardstick }?.values ?? []
            return measurements.compactMap { measurement -> Sample? in
                guard measurement.better != .neither, figures.contains(where: { $0.matches(measurement.name) }) else {
                    return nil
                }
                return Sample(
                    name: "\(result.plan.id): \(measurement.name)",
                    better: measurement.better == .lower ? .lower : .higher,
                    values: measurement.values, yardstick: yardstick)
            }
        }
    }

    private static func failure(of results: RunResults) -> String {
        guard let one = results.cases.first(where: { $0.verdict != .passed }) else { return "the run did not end" }
        return "\(one.plan.id): \(one.headline?.summary ?? one.reason ?? one.verdict.rawValue)"
    }

    private func nothingChosen(_ results: RunResults) -> RegressionError {
        let names = results.cases.flatMap { $0.attempts.last?.measurements ?? [] }.filter { $0.better != .neither }.map(
            \.name)
        return RegressionError(
            .badArgument, "no figure of these cases is chosen",
            hint: "they have \(Set(names).sorted().joined(separator: ", "))")
    }
}

/// A choice of figures by a pattern of their names, such as `wall` or `hop.*`.
package struct FigureGlob: Sendable {
    private let isMatch: @Sendable (String) -> Bool

    /// `*` stands for any characters, `?` for one.
    package init(_ pattern: String) {
        let glob = Glob(pattern)
        isMatch = { glob.matches($0) }
    }

    /// The figure of this name alone.
    init(exactly name: String) { isMatch = { $0 == name } }

    func matches(_ name: String) -> Bool { isMatch(name) }
}
