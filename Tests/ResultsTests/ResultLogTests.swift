import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

struct ResultLogTests {
    private let plan = PlannedCase(id: "a/1", axes: ["program": "a"], tags: ["smoke"], seed: 7)

    private func header(_ cases: [PlannedCase]) -> RunHeader {
        RunHeader(
            id: "20261130-160000-test-3f2a", suite: "smoke", suiteFile: "/s/smoke.yaml", seed: 1,
            commandLine: ["popcorn-lab"],
            version: "1", started: 1000, cases: cases)
    }

    private func attempt(_ number: Int, _ problems: [Problem] = []) -> Attempt {
        Attempt(
            number: number, boot: "pair-1", started: 1001, seconds: 2, problems: problems, measurements: [],
            folder: "cases/a")
    }

    /// A killed runner leaves half a line; what it finished stays, and the next part of the run writes over the half.
    @Test func tornLine() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/events.jsonl"
        let log = try ResultLog(path: path)
        try log.append(.began(header([plan])))
        try log.append(.tried(id: plan.id, attempt(1, [Problem(.exit, "exit code 1")])))
        try AtomicFile.append(Array(#"{"tried":{"id":"a/1","#.utf8), to: path)
        #expect(try ResultLog.replay(path).cases[0].verdict == .failed)
        #expect(try ResultLog.replay(path).state == .unfinished)

        let next = try ResultLog(path: path)
        try next.append(.tried(id: plan.id, attempt(2)))
        try next.append(.ended(seconds: 3, interrupted: false))
        let results = try ResultLog.replay(path)
        #expect(results.cases[0].verdict == .passed)
        #expect(results.cases[0].isFlaky)
        #expect(results.state == .complete)
        #expect(results.cases[0].reproduce == "popcorn-lab test /s/smoke.yaml --case a/1 --seed 1")
    }
}
