import ArgumentParser
import FoundationEssentials
import History
import Results
import Support
import TestSupport
import Testing

@testable import Commands

struct HistoryCommandTests {
    private let scratch: Scratch
    private var path: String { scratch.file("history.sqlite") }

    init() throws {
        scratch = try Scratch()
        // Local time is the test's own.
        setenv("TZ", "UTC", 1)
        tzset()
    }

    /// A night of one boot, whose figure `wall` has one sample.
    private func night(
        _ day: Int, suite: String = "nightly", wall: Double, qemu: String = "7.2", state: RunResults.State = .complete
    ) -> RunResults {
        let plan = PlannedCase(id: "a/1", axes: [:], tags: [], seed: 1)
        let figures = [
            Measurement("wall", unit: "ms", better: .lower, [wall]),
            Measurement("messages", unit: "", better: .neither, [0]),
        ]
        let attempt = Attempt(
            number: 1, boot: "pair-1", started: 0, seconds: 1, problems: [], measurements: figures, folder: "")
        let boot = Boot(
            id: "pair-1", lab: "pair", started: 0, seconds: 1,
            fingerprint: Fingerprint(platform: ["qemu": qemu], subject: [:]))
        return RunResults(
            run: RunHeader(
                id: "run-\(day)", suite: suite, suiteFile: "/s", seed: 1, commandLine: [], version: "1",
                started: 1_700_000_000 + Double(day) * 86400, cases: [plan]),
            state: state, seconds: 1, boots: [boot],
            cases: [CaseResult(plan: plan, attempts: [attempt], reproduce: "")])
    }

    private func filled() throws -> History {
        let history = try History(path: path)
        try history.record(night(0, wall: 900, qemu: "7.0"))
        for day in 1...8 { try history.record(night(day, wall: 100 + Double(day % 3))) }
        for day in 9...16 { try history.record(night(day, wall: 110 + Double(day % 3))) }
        try history.record(night(17, suite: "smoke", wall: 1, state: .interrupted))
        return history
    }

    @Test("runs are a line each")
    func list() throws {
        let lines = HistoryCommand.table(of: try filled().runs(limit: 2)).lines
        #expect(
            lines == [
                "RUN     SUITE    STARTED           PASSED  FAILED  NOT JUDGED  NOT RUN  FLAKY  VERDICT",
                "run-17  smoke    2023-12-01 22:13       1       0           0        0      0  passed, interrupted",
                "run-16  nightly  2023-11-30 22:13       1       0           0        0      0  passed",
            ])
    }

    @Test("a figure is a line for each boot, and a change is marked where it begins")
    func figure() throws {
        let figure = try FigureHistory(of: FigureKey(suite: "nightly", caseID: "a/1", name: "wall"), in: filled())
        let lines = HistoryCommand.table(of: figure).lines
        #expect(lines[0] == "RUN     STARTED           BOOT    SAMPLES  MEDIAN ms  CHANGE")
        #expect(lines[1] == "run-1   2023-11-15 22:13  pair-1        1        101")
        #expect(lines[9] == "run-9   2023-11-23 22:13  pair-1        1        110  +9.9 %")
        #expect(lines.count == 17)
        #expect(lines.count { $0.hasSuffix("%") } == 1)
        #expect(HistoryCommand.leftOut(of: figure) == ["1 boots of another platform are left out: qemu: 7.2, not 7.0"])
    }

    @Test("all figures are a line each, those of zeros too")
    func figures() throws {
        let history = try filled()
        let figures = try history.figures(suite: "nightly", caseID: "a/1").map {
            try FigureHistory(of: FigureKey(suite: "nightly", caseID: "a/1", name: $0), in: history)
        }
        let lines = HistoryCommand.table(of: figures).lines
        #expect(lines[0] == "FIGURE    UNIT  BETTER   BOOTS  LATEST  NOISE  LAST CHANGE")
        #expect(lines[1] == "messages        neither     16       0      -")
        #expect(lines[2].hasPrefix("wall      ms    lower       16     111  "))
        #expect(lines[2].hasSuffix("+9.9 % since run-9"))
    }

    @Test("a case of two suites asks for the suite")
    func suites() throws {
        let history = try filled()
        let error = #expect(throws: HistoryError.self) { try HistoryCommand.onlySuite(of: "a/1", in: history) }
        #expect(error?.summary.hasSuffix("nightly, smoke") == true)
        #expect(error?.exitStatus == .usage)
    }

    @Test("export and import by files, and what is refused")
    func files() async throws {
        let history = try filled()
        let lines = scratch.file("runs.jsonl")
        try await command(["export", lines])
        #expect(scratch.text("runs.jsonl")?.split(separator: "\n").count == 18)
        try await command(["import", lines, "--history", scratch.file("other.sqlite")])
        #expect(try History(path: scratch.file("other.sqlite")).runs() == history.runs())

        try scratch.write("{}\n", to: "broken.jsonl")
        await #expect(throws: HistoryError.self) { try await command(["import", scratch.file("broken.jsonl")]) }
        await #expect(throws: SystemError.self) { try await command(["import", scratch.file("none.jsonl")]) }
        await #expect(throws: HistoryError.self) { try await command(["show", "a/2"]) }
        await #expect(throws: HistoryError.self) {
            try await command(["show", "a/1", "--suite", "smoke", "--figure", "walll"])
        }
        for verb in ["list", "export"] {
            let error = await #expect(throws: HistoryError.self) {
                try await command([verb, "--history", scratch.file("none.sqlite")])
            }
            #expect(error?.exitStatus == .usage)
        }
        #expect(!scratch.names().contains("none.sqlite"))
    }

    private func command(_ words: [String]) async throws {
        let words = words.contains("--history") ? words : words + ["--history", path]
        var command = try HistoryCommand.parseAsRoot(words) as? any AsyncParsableCommand
        try await command?.run()
    }
}
