import Results
import Support
import TestSupport
import Testing

@testable import Regression

@Suite("What earlier executions of a shard's task have done")
struct TriedCasesTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func attempt(_ round: Int) -> Attempt {
        Attempt(
            number: round, round: round, boot: "pair-\(round)", started: 0, seconds: 1, problems: [], measurements: [],
            folder: "f")
    }

    private func write(_ run: String, boots: Int, _ events: [RunEvent]) throws {
        let header = RunHeader(
            id: run, suite: "s", suiteFile: "/s", seed: 1, commandLine: [], version: "", started: 0, boots: boots,
            cases: ["a", "b"].map { PlannedCase(id: $0, axes: [:], tags: [], seed: 1) })
        try Directories.create(scratch.file("runs/\(run)"))
        let log = try ResultLog(path: scratch.file("runs/\(run)/\(ResultLog.fileName)"))
        for event in [.began(header)] + events { try log.append(event) }
    }

    @Test("a case is done when it was tried on each of its boots, or the execution ended by itself")
    func rounds() throws {
        #expect(try TriedCases.ids(in: scratch.file("runs")) == [])
        try write(
            "1", boots: 2, [.tried(id: "a", attempt(1)), .tried(id: "b", attempt(1)), .tried(id: "a", attempt(2))])
        #expect(try TriedCases.ids(in: scratch.file("runs")) == ["a"])
        try write("2", boots: 2, [.tried(id: "b", attempt(1)), .ended(seconds: 1, interrupted: false)])
        #expect(try TriedCases.ids(in: scratch.file("runs")) == ["a", "b"])
    }
}
