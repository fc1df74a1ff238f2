import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

/// One run out of several that ran parts of it.
struct ShardMergeTests {
    private static func plan(_ id: String) -> PlannedCase { PlannedCase(id: id, axes: [:], tags: [], seed: 7) }

    private static func header(
        _ ids: [String], suite: String = "smoke", seed: UInt32 = 1, boots: Int = 1
    ) -> RunHeader {
        RunHeader(
            id: "20261130-160000-test-3f2a", suite: suite, suiteFile: "/s/smoke.yaml", seed: seed,
            commandLine: ["popcorn-lab"], version: "1", started: 1000, boots: boots, cases: ids.map(plan))
    }

    private static func boot(_ number: Int = 1) -> Boot {
        Boot(
            id: "pair-\(number)", lab: "pair", started: 1000, seconds: 3,
            fingerprint: Fingerprint(platform: ["host.cpu": "A"], subject: [:]))
    }

    private static func attempt(_ problems: [Problem] = [], number: Int = 1, boot: Int = 1, at time: Double = 1001)
        -> Attempt
    {
        Attempt(
            number: number, boot: "pair-\(boot)", started: time, seconds: 2, problems: problems, measurements: [],
            folder: "cases/x/try-\(number)")
    }

    private static let failed = [Problem(.exit, "exit code 1")]

    /// A part that ran these cases, with what is wrong with each.
    private static func part(
        _ name: String, _ outcomes: [(id: String, problems: [Problem])], planned: [String]? = nil,
        _ end: RunEvent? = .ended(seconds: 5, interrupted: false), suite: String = "smoke", seed: UInt32 = 1
    ) throws -> ShardPart {
        let header = header(planned ?? outcomes.map(\.id), suite: suite, seed: seed)
        var events: [RunEvent] = [.began(header), .booted(boot())]
        events += outcomes.enumerated().map { .tried(id: $1.id, attempt($1.problems, at: 1000 + Double($0))) }
        if let end { events.append(end) }
        let results = try #require(RunResults(events: events))
        return ShardPart(name: name, folder: "shards/\(name)", results: results)
    }

    @Test func whole() throws {
        let one = try Self.part("1", [("a", []), ("c", Self.failed)])
        let other = try Self.part("2", [("b", [])])
        let merged = try RunResults.merged(Self.header(["a", "b", "c"]), [other, one], seconds: 9)
        #expect(merged.state == .complete && merged.seconds == 9)
        #expect(merged.cases.map(\.plan.id) == ["a", "b", "c"])
        #expect(merged.cases.map(\.verdict) == [.passed, .passed, .failed])
        #expect(merged.boots.map(\.id) == ["pair-1@2", "pair-1@1"])
        #expect(merged.cases[2].attempts[0].boot == "pair-1@1")
        #expect(merged.cases[2].attempts[0].folder == "shards/1/cases/x/try-1")
        #expect(merged.run.shard == nil)
    }

    /// A node that came back may have run what another ran in its place.
    @Test func doubleCases() throws {
        let parts = [try Self.part("1", [("a", Self.failed)]), try Self.part("1.2", [("a", [])])]
        let merged = try RunResults.merged(Self.header(["a"]), parts, seconds: 1)
        #expect(merged.cases[0].attempts.map(\.number) == [1, 2])
        #expect(merged.cases[0].isFlaky)
        let other = try RunResults.merged(Self.header(["a"]), parts.reversed(), seconds: 1)
        #expect(other.cases[0].verdict == .failed)
    }

    @Test func absentShard() throws {
        let merged = try RunResults.merged(Self.header(["a", "b"]), [try Self.part("1", [("a", [])])], seconds: 1)
        #expect(merged.cases[1].verdict == .notRun)
        #expect(merged.cases[1].reason == "no shard has run it")
        #expect(merged.state == .unfinished)
        #expect(RunExit(of: merged) == .notJudged)
        #expect(try RunResults.merged(Self.header(["a"]), [], seconds: 0).state == .unfinished)
    }

    @Test func unfinishedShards() throws {
        let killed = try Self.part("1", [("a", [])], planned: ["a", "b"], nil)
        let stopped = try Self.part("1", [("a", [])], planned: ["a", "b"], .ended(seconds: 1, interrupted: true))
        let rest = try Self.part("1.2", [("b", [])])
        let header = Self.header(["a", "b"])
        #expect(try RunResults.merged(header, [killed], seconds: 1).state == .unfinished)
        #expect(try RunResults.merged(header, [stopped], seconds: 1).state == .interrupted)
        #expect(try RunResults.merged(header, [stopped, rest], seconds: 1).state == .complete)
    }

    /// A part that ended by itself knows why it left a case out; one that was killed does not.
    @Test func reasons() throws {
        let header = Self.header(["a", "b"])
        let skip = RunEvent.skipped(id: "b", reason: "no boot")
        let began: [RunEvent] = [.began(header), .booted(Self.boot()), .tried(id: "a", Self.attempt()), skip]
        for (events, reason) in [
            (began + [.ended(seconds: 1, interrupted: false)], "no boot"), (began, "no shard has run it"),
        ] {
            let results = try #require(RunResults(events: events))
            let merged = try RunResults.merged(
                header, [ShardPart(name: "1", folder: "f", results: results)], seconds: 1)
            #expect(merged.cases[1].reason == reason)
        }
    }

    /// A task that was lost between two boots of a case has not done with it.
    @Test func boots() throws {
        let header = Self.header(["a"], boots: 2)
        var second = Self.attempt(number: 2, boot: 2)
        second.round = 2
        let first: [RunEvent] = [.began(header), .booted(Self.boot()), .tried(id: "a", Self.attempt())]
        func missing(_ events: [RunEvent]) throws -> [String] {
            var merge = ShardMerge(header)
            let results = try #require(RunResults(events: events))
            _ = try merge.add(ShardPart(name: "1", folder: "f", results: results))
            return merge.missing.map(\.id)
        }
        #expect(try missing(first) == ["a"])
        #expect(try missing(first + [.tried(id: "a", second)]) == [])
        // One that ended by itself had its reason.
        #expect(try missing(first + [.ended(seconds: 1, interrupted: false)]) == [])
    }

    @Test func references() throws {
        let header = Self.header(["a"])
        var boot = Self.boot(2)
        boot.reference = "v1"
        let events: [RunEvent] = [
            .began(header), .booted(Self.boot()), .tried(id: "a", Self.attempt()), .booted(boot),
            .referenceTried(id: "a", Self.attempt(boot: 2)), .ended(seconds: 1, interrupted: false),
        ]
        let results = try #require(RunResults(events: events))
        let parts = ["1", "1.2"].map { ShardPart(name: $0, folder: "shards/\($0)", results: results) }
        let merged = try RunResults.merged(header, parts, seconds: 1)
        #expect(merged.cases[0].reference?.map(\.number) == [1, 2])
        #expect(merged.cases[0].reference?.map(\.boot) == ["pair-2@1", "pair-2@1.2"])
        #expect(merged.cases[0].reference?[1].folder == "shards/1.2/cases/x/try-1")
        #expect(merged.boots.map(\.reference) == [nil, "v1", nil, "v1"])
    }

    @Test func strangers() throws {
        let header = Self.header(["a"])
        #expect(throws: ResultError.self) {
            try RunResults.merged(header, [try Self.part("1", [("a", [])], suite: "nightly")], seconds: 1)
        }
        #expect(throws: ResultError.self) {
            try RunResults.merged(header, [try Self.part("1", [("a", [])], seed: 2)], seconds: 1)
        }
        #expect(throws: ResultError.self) {
            try RunResults.merged(header, [try Self.part("1", [("z", [])])], seconds: 1)
        }
    }

    /// Whoever kills a task may kill the guest first: that is no failure of the case.
    @Test func lastTryOfALostTask() throws {
        let died = [Problem(.guestDied, "the guest ended")]
        let scratch = try Scratch()
        let began: [RunEvent] = [.began(Self.header(["a", "b", "c"])), .booted(Self.boot())]
        let tries: [RunEvent] = [
            .tried(id: "a", Self.attempt(Self.failed)), .tried(id: "b", Self.attempt(died)),
            .diagnosed(id: "b", number: 1, findings: []),
        ]
        let log = { (name: String, events: [RunEvent]) in
            let log = try ResultLog(path: scratch.file(name))
            for event in events { try log.append(event) }
            return try ShardPart(name: "1", folder: "f", log: scratch.file(name)).results.cases.map(\.verdict)
        }
        #expect(try log("killed", began + tries) == [.failed, .notRun, .notRun])
        #expect(
            try log("stopped", began + tries + [.ended(seconds: 1, interrupted: true)]) == [.failed, .notRun, .notRun])
        // What went on after it was no kill.
        #expect(try log("rebooted", began + tries + [.booted(Self.boot(2))]) == [.failed, .failed, .notRun])
        #expect(
            try log("whole", began + tries + [.ended(seconds: 1, interrupted: false)]) == [.failed, .failed, .notRun])
        #expect(try log("passed", began + [.tried(id: "a", Self.attempt())]) == [.passed, .notRun, .notRun])
    }

    /// What was lost is counted, in words and in the log.
    @Test func counts() throws {
        let header = Self.header([])
        let counts = TaskCounts(shards: 2, executions: 5, lost: 3, requeued: 1)
        let results = try #require(RunResults(events: [.began(header), .tasks(counts)]))
        #expect(results.tasks == counts)
        #expect(counts.sentence == "2 shards in 5 tasks, 3 of them lost, 1 requeued by the scheduler")
        #expect(TaskCounts(shards: 1, executions: 1).sentence == "1 shard in 1 task, none lost")
        #expect(results.sentence.hasSuffix("; 3 of 5 tasks were lost, 1 of them requeued by the scheduler"))
        #expect(try results.json().contains(#""requeued" : 1"#))
    }
}
