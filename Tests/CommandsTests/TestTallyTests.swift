import Regression
import Results
import Testing

@testable import Commands

@Suite("The line that tells how far a run is")
struct TestTallyTests {
    private func plan(_ id: String) -> PlannedCase { PlannedCase(id: id, axes: [:], tags: [], seed: 1) }

    private func began(_ count: Int, boots: Int = 1) -> TestEvent {
        .began(
            RunHeader(
                id: "r", suite: "s", suiteFile: "/s", seed: 7, commandLine: [], version: "", started: 0, boots: boots,
                cases: (0..<count).map { plan("c\($0)") }))
    }

    private func tried(
        _ id: String, _ kinds: [Problem.Kind] = [], number: Int = 1, round: Int = 1, seconds: Double = 1.5
    ) -> TestEvent {
        .tried(
            plan(id),
            Attempt(
                number: number, round: round, boot: "pair-1", started: 0, seconds: seconds,
                problems: kinds.map { Problem($0, node: "arm", "it is so") },
                measurements: [], folder: ""))
    }

    /// The parts of the line but the time that has passed.
    private func parts(_ tally: TestTally) -> [String] {
        tally.line.split(separator: " · ").map(String.init).filter { $0.wholeMatch(of: /\d+ (s|min).*/) == nil }
    }

    @Test("each event that deserves one has a line")
    func lines() {
        var tally = TestTally()
        let boot = Boot(
            id: "pair-1", lab: "pair", started: 0, seconds: 3.25, fingerprint: Fingerprint(platform: [:], subject: [:]))
        let events: [(TestEvent, String?)] = [
            (began(2), "s: 2 cases, seed 7, run r"),
            (.booting(lab: "pair", name: "tab-pair-1"), "booting lab pair as tab-pair-1"),
            (.booted(boot), "lab pair-1 is up (3.25 s)"),
            (.started(plan("c0"), attempt: 1, boot: "pair-1"), nil),
            (tried("c0"), "passed     c0 (1.50 s)"),
            (
                tried("c1", [.exit, .dmesg]),
                "failed     c1 (1.50 s)\n           arm: it is so\n           arm: it is so"
            ),
            (tried("c1", [.lab], number: 2), "not judged c1 (1.50 s, try 2)\n           arm: it is so"),
            (.skipped(plan("c1"), reason: "why"), "not run    c1: why"), (.note("a note"), "a note"),
        ]
        for (event, expected) in events { #expect(tally.take(event, isBrief: false) == expected) }
        #expect(tally.take(began(1), isBrief: false) == "s: 1 case, seed 7, run r")
    }

    @Test("on a terminal, only what did not pass at once has a line")
    func brief() {
        var tally = TestTally()
        #expect(tally.take(began(2), isBrief: true) != nil)
        #expect(tally.take(.booting(lab: "pair", name: "x"), isBrief: true) == nil)
        #expect(tally.take(tried("c0"), isBrief: true) == nil)
        #expect(tally.take(.skipped(plan("c1"), reason: "why"), isBrief: true) == nil)
        #expect(tally.take(tried("c1", [.exit]), isBrief: true)?.hasPrefix("failed") == true)
        #expect(tally.take(tried("c1", number: 2), isBrief: true) == "passed     c1 (1.50 s, try 2)")
    }

    @Test("a case counts by its last try, and as flaky if it failed before it passed")
    func verdicts() {
        var tally = TestTally()
        for event in [began(4), tried("c0"), tried("c1", [.exit]), tried("c2", [.host])] {
            _ = tally.take(event, isBrief: true)
        }
        #expect(parts(tally) == ["3/4", "1 failed", "1 not judged"])
        for event in [tried("c1", number: 2), tried("c2", number: 2)] { _ = tally.take(event, isBrief: true) }
        // What could not be judged at first is not flaky.
        #expect(parts(tally) == ["3/4", "1 flaky"])
        _ = tally.take(.skipped(plan("c3"), reason: ""), isBrief: true)
        #expect(parts(tally) == ["4/4", "1 not run", "1 flaky"])
    }

    @Test("a case that is run on several boots is done after the last, and failed if it did on one")
    func rounds() {
        var tally = TestTally(expected: ["c0": 20, "c1": 20])
        #expect(tally.take(began(2, boots: 2), isBrief: true) == "s: 2 cases on 2 boots each, seed 7, run r")
        #expect(
            tally.take(tried("c0", [.exit]), isBrief: false)?.hasPrefix("failed     c0 (1.50 s, boot 1 of 2)\n") == true
        )
        #expect(tally.take(tried("c1"), isBrief: true) == nil)
        #expect(tally.line.hasSuffix(" · about \(Duration.seconds(20).formattedClock) left"))
        #expect(tally.take(tried("c0", number: 2, round: 2), isBrief: true) == nil)
        #expect(parts(tally).prefix(2) == ["3/4", "1 failed"])
        #expect(tally.take(tried("c1", [.exit], number: 2, round: 2), isBrief: true) != nil)
        #expect(
            tally.take(tried("c1", number: 3, round: 2), isBrief: true)
                == "passed     c1 (1.50 s, boot 2 of 2, try 3)")
        #expect(parts(tally) == ["4/4", "1 failed", "1 flaky"])
    }

    @Test("a reference's try has a line of its own, and is no case's")
    func reference() {
        var tally = TestTally()
        let attempt = Attempt(
            number: 1, boot: "pair-2", started: 0, seconds: 1.5, problems: [], measurements: [], folder: "")
        var broken = attempt
        broken.problems = [Problem(.exit, "exit code 1")]
        _ = tally.take(began(1), isBrief: true)
        _ = tally.take(.started(plan("c0"), attempt: 1, boot: "pair-2"), isBrief: true)
        #expect(tally.take(.referenceTried(plan("c0"), attempt), isBrief: false) == "reference  c0 (1.50 s)")
        #expect(parts(tally) == ["0/1"])
        #expect(tally.take(.referenceTried(plan("c0"), attempt), isBrief: true) == nil)
        #expect(
            tally.take(.referenceTried(plan("c0"), broken), isBrief: true) == "reference  c0 (1.50 s): exit code 1")
    }

    @Test("it tells what runs now, or what is being booted")
    func now() {
        var tally = TestTally()
        for event in [began(2), .booting(lab: "pair", name: "x")] { _ = tally.take(event, isBrief: true) }
        #expect(parts(tally) == ["0/2", "booting pair"])
        _ = tally.take(.started(plan("c0"), attempt: 1, boot: "pair-1"), isBrief: true)
        #expect(parts(tally) == ["0/2", "on pair-1: c0"])
        _ = tally.take(tried("c0"), isBrief: true)
        #expect(parts(tally) == ["1/2", "booting pair"])
    }

    @Test("two boots of one lab are two")
    func boots() {
        var tally = TestTally()
        let boot = Boot(
            id: "pair-1", lab: "pair", started: 0, seconds: 1, fingerprint: Fingerprint(platform: [:], subject: [:]))
        for event in [began(2), .booting(lab: "pair", name: "a"), .booting(lab: "pair", name: "b"), .booted(boot)] {
            _ = tally.take(event, isBrief: true)
        }
        #expect(parts(tally) == ["0/2", "booting pair"])
    }

    @Test("the end is estimated from earlier runs, if most of what is left is known")
    func estimate() {
        var tally = TestTally(expected: ["c0": 10, "c1": 10, "c2": 30])
        _ = tally.take(began(4), isBrief: true)
        #expect(tally.line.hasSuffix(" · about \(Duration.seconds(200.0 / 3).formattedClock) left"))
        _ = tally.take(tried("c0"), isBrief: true)
        _ = tally.take(tried("c1"), isBrief: true)
        // Of two, one is not known.
        #expect(!tally.line.contains("left"))
        _ = tally.take(tried("c3"), isBrief: true)
        #expect(tally.line.hasSuffix(" · about \(Duration.seconds(30).formattedClock) left"))
        _ = tally.take(tried("c2"), isBrief: true)
        #expect(!tally.line.contains("left"))
    }
}
