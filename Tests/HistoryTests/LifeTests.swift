import History
import Results
import TestSupport
import Testing

struct LifeTests {
    private let scratch: Scratch
    private let history: History

    init() throws {
        scratch = try Scratch()
        history = try History(path: scratch.file("history.sqlite"))
    }

    enum Day: Character {
        case passed = "P"
        case failed = "F"
        /// Passed when tried again.
        case flaky = "Y"
        case notJudged = "?"
        case notRun = "-"
        /// The run does not have the case.
        case absent = "."
    }

    private func run(day: Int, _ kind: Day) -> RunResults {
        let unfit = Attempt(
            number: 1, boot: nil, started: 0, seconds: 9, problems: [Problem(.lab, "it does not boot")],
            measurements: [],
            folder: "")
        let attempts: [Attempt]? =
            switch kind {
            case .passed: [MadeRuns.attempt()]
            case .failed: [MadeRuns.attempt(fails: true), MadeRuns.attempt(2, fails: true)]
            case .flaky: [MadeRuns.attempt(fails: true), MadeRuns.attempt(2)]
            case .notJudged: [unfit]
            case .notRun: []
            case .absent: nil
            }
        return MadeRuns.run(day: day, [MadeRuns.result("b", [])] + (attempts.map { [MadeRuns.result("a", $0)] } ?? []))
    }

    @Test(
        "a case's life is told by the runs that judged it",
        arguments: [
            ("P", CaseLife.passing), ("PP", .passing), (".P", .passing),
            ("F", .newFailure(lastPassed: nil)), ("PF", .newFailure(lastPassed: "run-0-nightly")),
            // Nobody looked on the days between.
            ("P?-.F", .newFailure(lastPassed: "run-0-nightly")), ("?F", .newFailure(lastPassed: nil)),
            ("PFF", .stillFailing(since: "run-1-nightly")), ("PF?-.FF", .stillFailing(since: "run-1-nightly")),
            ("FFF", .stillFailing(since: "run-0-nightly")),
            ("PFFP", .fixed(failedSince: "run-1-nightly")), ("F-P", .fixed(failedSince: "run-0-nightly")),
            ("FPP", .passing), ("YF", .newFailure(lastPassed: "run-0-nightly")), ("FYP", .passing),
            ("Y", .flaky(count: 1, of: 1)), ("PYFPY", .flaky(count: 2, of: 5)), ("P?.-Y", .flaky(count: 1, of: 2)),
            ("YYYPPPPPPPPPPPPPPPPPPY", .flaky(count: 2, of: 20)),
            // Absent is not passed, and a lab that does not boot is no failure.
            ("P.", .notRun), ("F-", .notRun), ("F?", .notJudged), ("P?", .notJudged),
        ])
    func lives(days: String, life: CaseLife) throws {
        let runs = try days.enumerated().map { day, letter in run(day: day, try #require(Day(rawValue: letter))) }
        // In any order: time decides.
        for run in runs.reversed() { try history.record(run) }
        let last = try #require(runs.last)
        #expect(try history.life(of: "a", in: last) == life)
        #expect(try history.lives(in: last)["a"] == (days.hasSuffix(".") ? nil : life))
        #expect(try history.lives(in: last)["b"] == .notRun)
    }

    @Test("a run that is not recorded yet, and runs after it, make no difference")
    func before() throws {
        for (day, kind) in [(0, Day.passed), (1, .failed), (3, .passed)] { try history.record(run(day: day, kind)) }
        #expect(try history.life(of: "a", in: run(day: 2, .failed)) == .stillFailing(since: "run-1-nightly"))
        #expect(try history.life(of: "a", in: run(day: 1, .failed)) == .newFailure(lastPassed: "run-0-nightly"))
    }

    @Test("another suite's case of that name is another case")
    func suites() throws {
        try history.record(
            MadeRuns.run(day: 0, suite: "smoke", [MadeRuns.result("a", [MadeRuns.attempt(fails: true)])]))
        #expect(try history.life(of: "a", in: run(day: 1, .failed)) == .newFailure(lastPassed: nil))
    }

    @Test("a case is expected to take what it took the last ten times")
    func expected() throws {
        for day in 0..<13 {
            let seconds = day < 5 ? 1000 : Double(day)
            try history.record(
                MadeRuns.run(
                    day: day,
                    [
                        MadeRuns.result("a", [MadeRuns.attempt(seconds: seconds), MadeRuns.attempt(2, seconds: 1)]),
                        MadeRuns.result("b", []),
                    ]))
        }
        // Days 3 to 12: two of 1001, then 6 to 13.
        #expect(try history.expectedSeconds(suite: "nightly", cases: ["a", "b", "c"]) == ["a": 10.5])
        #expect(try history.expectedSeconds(suite: "smoke", cases: ["a"]) == [:])
    }
}
