import Testing
import UserInput

@testable import Regression

@Suite("Values of suites")
struct SuiteValueTests {
    @Test(
        "bounds hold both of their ends",
        arguments: [
            ("20", [20], [19, 21, -20]), ("2..4", [2, 3, 4], [1, 5]), ("2..", [2, .max], [1, .min]),
            ("..4", [.min, 0, 4], [5]),
            ("0", [0], [1, -1]), ("0..0", [0], [1]), ("9223372036854775807", [.max], [0]),
        ])
    func bounds(text: String, within: [Int], outside: [Int]) throws {
        let bounds = try Bounds(parsing: text)
        #expect(within.allSatisfy(bounds.contains) && !outside.contains(where: bounds.contains))
        #expect(try Bounds(parsing: bounds.description) == bounds)
    }

    @Test(
        "what is no range of counts",
        arguments: [
            "", "..", "...", "a", "1..b", "b..1", "4..2", "1...2", "1 .. 2", "+1", "-1", "1.5", "9223372036854775808",
            "1..9223372036854775808",
        ])
    func noBounds(text: String) {
        let error = #expect(throws: InputError.self) { try Bounds(parsing: text) }
        #expect(error?.code == .invalidValue)
    }

    @Test(
        "a schedule has one way to be written, by which cases are known",
        arguments: [
            ("none", "none"), ("own", "own"), ("every 1000ms", "every 1s"), ("every 90s", "every 90s"),
            ("every 60s", "every 1min"),
            ("random 50ms", "random 50ms"), ("bounce 020", "bounce 20"), ("at sum:3", "at sum:3"),
            ("  every   5s ", "every 5s"),
        ])
    func schedules(text: String, written: String) throws {
        let schedule = try MoveSchedule(parsing: text)
        #expect(schedule.description == written)
        #expect(try MoveSchedule(parsing: written) == schedule)
    }

    @Test(
        "what is no schedule",
        arguments: [
            "", "None", "none 1", "own own", "every", "every 0ms", "every -1s", "every 1 s", "bounce", "bounce -1",
            "bounce 0", "bounce 1s",
            "random", "random 5", "at", "at sum:0", "at sum:x", "at :3", "at a b", "always",
        ])
    func noSchedules(text: String) {
        let error = #expect(throws: InputError.self) { try MoveSchedule(parsing: text) }
        #expect(error?.code == .invalidValue)
    }

    @Test("patterns match anywhere; anchors are those of lines, and a group is what counts")
    func patterns() throws {
        let pattern = try Pattern(parsing: "^a(\\d)$")
        #expect(pattern.matches("x\na1\ny") && !pattern.matches("xa1"))
        #expect(pattern.captures(in: "a1\nb\na2") == ["1", "2"])
        #expect(try Pattern(parsing: "a.").captures(in: "abac") == ["ab", "ac"])
        #expect(try Pattern(parsing: "").matches(""))
        #expect(try Pattern(parsing: "é").matches("caf\u{65}\u{301}"))
        #expect(pattern.description == "^a(\\d)$")
    }

    @Test("what is no pattern is told with the reason", arguments: ["(", "[a", "*", "a{2,1}", "\\", "(?<n"])
    func noPatterns(text: String) {
        let error = #expect(throws: InputError.self) { try Pattern(parsing: text) }
        #expect(error?.summary.hasPrefix("'\(text)' is no regular expression: ") == true)
    }

    @Test("an expectation takes from another what it lacks itself")
    func expectations() throws {
        var own = Expectation(), other = Expectation()
        own.ending = .signal("SIGKILL")
        own.counts = ["hops": try Bounds(parsing: "1")]
        own.kernelLines = [.init(.has, try Pattern(parsing: "a"))]
        other.ending = .exit(3)
        other.stdout = .exact("x")
        other.stderr = .any
        other.counts = ["hops": try Bounds(parsing: "2"), "faults": try Bounds(parsing: "3")]
        other.kernelLines = [.init(.lacks, try Pattern(parsing: "b"))]
        let both = own.completed(by: other)
        #expect(both.ending == .signal("SIGKILL") && both.stdout == .exact("x") && both.stderr == .any)
        #expect(both.counts == ["hops": try Bounds(parsing: "1"), "faults": try Bounds(parsing: "3")])
        #expect(both.kernelLines.map(\.meaning) == [.has, .lacks])
        #expect(own.completed(by: Expectation()) == own)
        #expect(Expectation().completed(by: other) == other)
    }

    @Test("a signal of the defaults makes room for an exit code of the group")
    func endings() throws {
        let text = SampleSuite.head.replacing(
            "cases:", with: "defaults: {expect: {signal: SIGBUS, within: 5s}}\ncases:")
        let cases = try SampleSuite.read(
            text + "- {name: g, program: is, expect: {exit: any}}\n- {name: h, program: is}"
        ).cases()
        #expect(cases.map(\.expectation.ending) == [.any, .signal("SIGBUS")])
        #expect(cases.map(\.expectation.limit?.milliseconds) == [5000, 5000])
    }
}
