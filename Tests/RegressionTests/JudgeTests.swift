import Results
import Support
import Testing

@testable import Regression

@Suite("Verdicts on what was seen")
struct JudgeTests {
    @Test("a case that does what it should has no problems")
    func well() throws {
        let made = try Observations(
            "expect: {exit: 0, stdout: {exact: a}, counts: {hops: 1.., refused: 0, faults: ..40}}")
        #expect(made.problems(try made.seen(stdout: "a")) == [])
    }

    @Test(
        "endings",
        arguments: [
            ("", CaseObservation.Ending.exited(0), nil),
            ("", .exited(1), "it ended with exit code 1, not with exit code 0"),
            ("", .signalled("SIGSEGV"), "it ended by SIGSEGV, not with exit code 0"),
            ("expect: {exit: 3}", .exited(3), nil),
            ("expect: {exit: 3}", .exited(0), "it ended with exit code 0, not with exit code 3"),
            ("expect: {signal: SIGKILL}", .signalled("SIGKILL"), nil),
            ("expect: {signal: SIGKILL}", .signalled("SIGBUS"), "it ended by SIGBUS, not by SIGKILL"),
            // A shell's 137 is no signal.
            ("expect: {signal: SIGKILL}", .exited(137), "it ended with exit code 137, not by SIGKILL"),
            ("expect: {exit: any}", .exited(77), nil), ("expect: {exit: any}", .signalled("SIGABRT"), nil),
            ("expect: {exit: any}", .abandoned, nil),
            ("", .abandoned, "it ended together with its guest, not with exit code 0"),
        ])
    func endings(more: String, ending: CaseObservation.Ending, sentence: String?) throws {
        let made = try Observations(more)
        #expect(made.problems(try made.seen(ending)) == (sentence.map { [Problem(.exit, $0)] } ?? []))
    }

    @Test("time that is over is a failure, a lost connection is none, whatever is expected")
    func cutOff() throws {
        for more in ["", "expect: {exit: any}"] {
            let made = try Observations(more)
            #expect(made.problems(try made.seen(.timedOut)).map(\.kind) == [.timeLimit])
            let lost = made.problems(try made.seen(.lost("broken pipe")))
            #expect(lost.map(\.kind) == [.host])
            #expect(lost[0].summary.contains("broken pipe"))
        }
    }

    @Test("a program that did not come to its end is not asked for outputs and counts")
    func unfinished() throws {
        let made = try Observations("expect: {stdout: {exact: a}, counts: {hops: 100}}")
        #expect(made.problems(try made.seen(.timedOut, stdout: "b")).map(\.kind) == [.timeLimit])
        // A signal is an end.
        #expect(
            made.problems(try made.seen(.signalled("SIGBUS"), stdout: "b")).map(\.kind) == [.exit, .stdout, .bounds])
    }

    @Test("counts are within their bounds, and one that was not counted is neither good nor bad")
    func counts() throws {
        let made = try Observations("expect: {counts: {hops: 3.., faults: 40, messages: ..99}}")
        var seen = try made.seen()
        #expect(
            made.problems(seen) == [Problem(.bounds, "hops: 2, not 3.."), Problem(.bounds, "messages: 100, not ..99")])
        seen.counts = ["hops": 3, "faults": 40]
        #expect(made.problems(seen) == [Problem(.host, "messages was not counted")])
    }

    @Test(
        "a program that was to be moved and never moved has shown nothing",
        arguments: [
            ("migrate: every 50ms", true), ("migrate: bounce 2", true), ("migrate: at sum:3", true),
            ("migrate: random 9ms", true), ("migrate: own", false),
            // Whoever says how many hops there may be has thought of none.
            ("migrate: every 50ms, expect: {counts: {hops: 0..}}", false),
        ])
    func stillness(more: String, isBad: Bool) throws {
        let made = try Observations(more)
        var seen = try made.seen()
        #expect(made.problems(seen) == [])
        seen.counts["hops"] = 0
        #expect(made.problems(seen).map(\.kind) == (isBad ? [.bounds] : []))
        // What is not known is no accusation.
        seen.counts["hops"] = nil
        #expect(!made.problems(seen).map(\.kind).contains(.bounds))
    }

    @Test("a program that was not to move, and did, is not what was asked for")
    func unwanted() throws {
        var seen = try Observations().seen()
        seen.counts["hops"] = 1
        let problems = try Observations("migrate: none").problems(seen)
        #expect(problems.map(\.summary) == ["it was not to move, and made 1 hop"])
        #expect(try Observations("migrate: none, expect: {counts: {hops: 0..1}}").problems(seen) == [])
        seen.counts["hops"] = 0
        #expect(try Observations("migrate: none").problems(seen) == [])
    }

    @Test("what is left behind is told by node")
    func leftovers() throws {
        let made = try Observations()
        var seen = try made.seen()
        seen.leftovers = ["x86": ["1 process"], "arm": ["3 pages", "1 region"]]
        #expect(
            made.problems(seen) == [
                Problem(
                    .leftovers, node: "arm", "not everything is gone with the program",
                    details: ["3 pages", "1 region"]),
                Problem(.leftovers, node: "x86", "not everything is gone with the program", details: ["1 process"]),
            ])
    }

    @Test("a guest that dies is a failure, unless the case's fault takes it, by whatever name")
    func deaths() throws {
        let made = try Observations()
        var seen = try made.seen(.abandoned)
        seen.deaths = [CaseObservation.Death(node: "arm", summary: "its guest has ended")]
        #expect(made.problems(seen) == [Problem(.guestDied, node: "arm", "its guest has ended")])
        for name in ["arm", "1", "aarch64"] {
            var victim = try Observations("fault: kill, expect: {exit: any}")
            victim.one.point.fault.steps = [FaultStep(.kill(node: name), at: .hops(1))]
            seen.leftovers = ["arm": ["all of it"]]
            #expect(victim.problems(seen) == [])
        }
    }

    @Test("the death of another node than the fault's is a failure")
    func otherDeath() throws {
        let made = try Observations("fault: kill, expect: {exit: any}")
        var seen = try made.seen(.abandoned)
        seen.deaths = [.init(node: "arm", summary: "a"), .init(node: "x86", summary: "b")]
        #expect(made.problems(seen) == [Problem(.guestDied, node: "x86", "b")])
    }

    @Test("a program that its own fault took with its node has not ended as expected")
    func origin() throws {
        var made = try Observations("fault: kill, start: arm")
        var seen = try made.seen(.abandoned)
        seen.deaths = [.init(node: "arm", summary: "a")]
        #expect(made.problems(seen) == [Problem(.exit, "it ended together with its guest, not with exit code 0")])
        made.one.expectation.ending = .any
        #expect(made.problems(seen) == [])
    }

    @Test("problems that were met on the way are kept, and do not hide others")
    func earlier() throws {
        let made = try Observations()
        var seen = try made.seen(.exited(1))
        seen.problems = [Problem(.fault, "step 1 never came")]
        #expect(made.problems(seen).map(\.kind) == [.fault, .exit])
    }

    @Test(
        "verdicts are never mixed: anything that failed is a failure, host and lab alone are not",
        arguments: Problem.Kind.allCases)
    func verdicts(kind: Problem.Kind) {
        func verdict(_ kinds: [Problem.Kind]) -> Verdict {
            Attempt(
                number: 1, boot: nil, started: 0, seconds: 0, problems: kinds.map { Problem($0, "x") },
                measurements: [],
                folder: ""
            ).verdict
        }
        let isNotJudged = [Problem.Kind.lab, .build, .fault, .host, .notOffered].contains(kind)
        #expect(verdict([kind]) == (isNotJudged ? .notJudged : .failed))
        #expect(verdict([kind, .host]) == (isNotJudged ? .notJudged : .failed))
        #expect(verdict([kind, .exit]) == .failed)
        #expect(verdict([]) == .passed)
    }
}
