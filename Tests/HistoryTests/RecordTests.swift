import FoundationEssentials
import GRDB
import Results
import Support
import TestSupport
import Testing

@testable import History

struct RecordTests {
    private let scratch: Scratch
    private let history: History

    init() throws {
        scratch = try Scratch()
        history = try History(path: scratch.file("history.sqlite"))
    }

    /// Figures that a decimal text easily gets wrong, and text that needs escapes.
    private func odd(day: Int = 1, state: RunResults.State = .complete) -> RunResults {
        let values: [Double] = [
            0.1 + 0.2, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1.0 / 3.0, 123_456_789.123_456_79,
        ]
        return MadeRuns.run(
            day: day, state: state, boots: [MadeRuns.fingerprint(), MadeRuns.fingerprint(["qemu": "8 \"é\"\n"])],
            [
                MadeRuns.result(
                    "a/1",
                    [
                        MadeRuns.attempt(1, fails: true, [Measurement("wall", unit: "ms", better: .lower, [7])]),
                        MadeRuns.attempt(
                            2, on: "pair-2",
                            [
                                Measurement("wall", unit: "ms", better: .lower, values),
                                Measurement("wall", unit: "ms", better: .lower, [2, 1]),
                                Measurement("hop x86->arm", unit: "", better: .neither, []),
                            ]),
                    ]),
                MadeRuns.result("b/1", []),
                MadeRuns.result("c/1", [MadeRuns.attempt(on: nil, [Measurement("n", unit: "", better: .higher, [1])])]),
            ])
    }

    @Test("a run comes back as it was recorded, to the last bit")
    func same() throws {
        #expect(try history.record(odd()) == .added)
        let back = try history.run(odd().run.id)
        #expect(back == odd())
        let values = back.cases[0].attempts[1].measurements[0].values
        #expect(values.map(\.bitPattern) == odd().cases[0].attempts[1].measurements[0].values.map(\.bitPattern))
        #expect(throws: HistoryError.self) { try history.run("run-2") }
    }

    @Test("the same run again changes nothing; more of it replaces what was there")
    func again() throws {
        let whole = odd()
        var part = odd(state: .unfinished)
        part.cases[0].attempts.removeLast()
        #expect(try history.record(part) == .added)
        #expect(try history.record(part) == .kept)
        #expect(try history.record(whole) == .replaced)
        #expect(try history.record(whole) == .kept)
        #expect(try history.record(part) == .kept)
        #expect(try history.run(whole.run.id) == whole)
        // Nothing is left of the first part.
        let counts = try history.read { database in
            try ["run", "boot", "result", "sample_set", "samples"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
        #expect(counts == [1, 2, 3, 5, 5])
        // Other samples alone are a difference too.
        var other = whole
        other.cases[0].attempts[0].measurements[0].values = [8]
        #expect(try history.record(other) == .replaced)
    }

    @Test("removing takes all of a run away")
    func remove() throws {
        try history.record(odd(day: 1))
        try history.record(odd(day: 2))
        #expect(try history.remove(runs: [odd(day: 1).run.id, "run-9"]) == 1)
        #expect(try history.runs().map(\.id) == [odd(day: 2).run.id])
        #expect(try history.run(odd(day: 2).run.id) == odd(day: 2))
        #expect(try history.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM samples") } == 5)
    }

    @Test("runs are listed by time, also if the clock was set back, and by suite")
    func list() throws {
        for day in [3, 1, 2] { try history.record(MadeRuns.run(day: day, a: day != 2)) }
        try history.record(MadeRuns.run(day: 9, suite: "smoke", []))
        #expect(try history.runs().map(\.id) == ["run-9-smoke", "run-3-nightly", "run-2-nightly", "run-1-nightly"])
        let two = try history.runs(suite: "nightly", limit: 2)
        #expect(two.map(\.id) == ["run-3-nightly", "run-2-nightly"])
        #expect(two.map(\.verdict) == [.passed, .failed])
        #expect((two[1].passed, two[1].failed, two[1].state) == (0, 1, .complete))
    }

    @Test("a run that contradicts itself is refused as a whole")
    func contradictions() throws {
        let twice = MadeRuns.result("a", [MadeRuns.attempt()])
        var endless = MadeRuns.run(day: 2, wall: [[1]])
        endless.cases[0].attempts[0].measurements[0].values = [.infinity]
        var noTime = MadeRuns.run(day: 3, a: true)
        noTime.run.started = .nan
        var noSeconds = MadeRuns.run(day: 4, a: true)
        noSeconds.cases[0].attempts[0].seconds = .nan
        for run in [MadeRuns.run(day: 1, [twice, twice]), endless, noTime, noSeconds] {
            let error = #expect(throws: HistoryError.self) { try history.record(run) }
            #expect(error?.code == .badRun)
        }
        var newer = MadeRuns.run(day: 5, a: true)
        newer.schema = 99
        let error = #expect(throws: HistoryError.self) { try history.record(newer) }
        #expect(error?.code == .newer)
        #expect(try history.runs() == [])
    }

    /// Each connection is one that another process could have: SQLite's locks are between them all the same.
    @Test("runners that write at once do not lose each other's runs")
    func writers() async throws {
        let path = scratch.file("new/shared.sqlite")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let history = try History(path: path)
                    for number in 0..<10 {
                        try history.record(MadeRuns.run(day: writer * 100 + number, wall: [[1, 2]]))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try History(path: path).runs().count == 40)
        #expect(scratch.names("new").filter { $0.hasSuffix(".lock") } == [])
    }
}
