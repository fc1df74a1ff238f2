import Results
import Support
import TestSupport
import Testing

@testable import Regression

@Suite("Verdicts on outputs")
struct JudgeOutputTests {
    @Test("the first line that differs is told, with both")
    func exact() throws {
        let made = try Observations("expect: {stdout: {exact: \"a\\nb\\nc\\n\"}}")
        #expect(made.problems(try made.seen(stdout: "a\nb\nc\n")) == [])
        #expect(
            made.problems(try made.seen(stdout: "a\nx\ny\n")) == [
                Problem(.stdout, "line 2 is not what is expected", details: ["expected: b", "got:      x"])
            ])
        #expect(
            made.problems(try made.seen(stdout: "a\nb\n")) == [
                Problem(.stdout, "line 3 is not what is expected", details: ["expected: c", "got:      "])
            ])
        #expect(
            made.problems(try made.seen(stdout: "a\nb\nc\n\n")) == [
                Problem(.stdout, "line 5 is not what is expected", details: ["expected: (nothing more)", "got:      "])
            ])
        // The end of the last line counts.
        #expect(made.problems(try made.seen(stdout: "a\nb\nc")).map(\.kind) == [.stdout])
    }

    @Test("nothing at all can be expected, of both outputs")
    func empty() throws {
        let made = try Observations("expect: {stdout: {exact: ''}, stderr: {exact: ''}}")
        #expect(made.problems(try made.seen()) == [])
        #expect(made.problems(try made.seen(stdout: "a", stderr: "b")).map(\.kind) == [.stdout, .stderr])
    }

    @Test(
        "without an expectation, and with any, outputs do not count",
        arguments: ["", "expect: {stdout: any, stderr: any}"])
    func anything(more: String) throws {
        let made = try Observations(more)
        #expect(made.problems(try made.seen(stdout: "a", stderr: "b")) == [])
    }

    @Test("a pattern matches anywhere, its anchors at lines, and what came last is told if it does not")
    func pattern() throws {
        let made = try Observations("expect: {stdout: {matches: '^sum \\d+$'}}")
        #expect(made.problems(try made.seen(stdout: "begin\nsum 12\nend\n")) == [])
        let lines = (1...9).map { "line \($0)" }
        #expect(
            made.problems(try made.seen(stdout: lines.joined(separator: "\n") + "\n")) == [
                Problem(.stdout, "it does not match ^sum \\d+$", details: Array(lines.suffix(5)))
            ])
    }

    @Test("a golden file is compared byte by byte; one that is not there cannot be")
    func golden() throws {
        var made = try Observations()
        let file = try made.scratch.write([0x61, 0xff, 0x00, 0x0a], to: "golden")
        made.one.expectation.stdout = .golden(file)
        var seen = try made.seen()
        seen.stdout.path = try made.scratch.write([0x61, 0xff, 0x00, 0x0a], to: "out")
        #expect(made.problems(seen) == [])
        seen.stdout.path = try made.scratch.write([0x61, 0xfe, 0x00, 0x0a], to: "out")
        #expect(made.problems(seen).map(\.summary) == ["line 1 is not what is in \(file)"])
        made.one.expectation.stdout = .golden(made.scratch.file("gone"))
        let problems = made.problems(seen)
        #expect(problems.map(\.kind) == [.host])
        #expect(problems[0].summary.contains("gone"))
    }

    @Test("a golden file is written of a program that came to its end with all it wrote, and of no other")
    func updateGolden() throws {
        var made = try Observations()
        let file = made.scratch.file("new/golden")
        made.one.expectation.stdout = .golden(file)
        made.one.expectation.stderr = .matches(try Pattern(parsing: "x"))
        var seen = try made.seen(.signalled("SIGBUS"), stdout: "half")
        let golden = Golden(expectation: made.one.expectation)
        try golden.update(from: seen)
        seen.ending = .timedOut
        try golden.update(from: seen)
        seen.ending = .exited(0)
        seen.stdout.isTruncated = true
        try golden.update(from: seen)
        seen.stdout.isTruncated = false
        seen.stdout.failure = SystemError("write", errno: ENOSPC)
        try golden.update(from: seen)
        #expect(made.scratch.read("new/golden") == nil)
        seen.stdout.failure = nil
        try golden.update(from: seen)
        #expect(made.scratch.text("new/golden") == "half")
        #expect(made.problems(seen).map(\.kind) == [.stderr])
    }

    @Test("what the same binary wrote unmoved is expected, of each output its own")
    func unmigrated() throws {
        let made = try Observations("expect: {stdout: unmigrated, stderr: unmigrated}")
        let seen = try made.seen(stdout: "a", stderr: "b")
        #expect(made.problems(seen, unmigrated: (Array("a".utf8), Array("b".utf8))) == [])
        #expect(
            made.problems(seen, unmigrated: (Array("x".utf8), Array("b".utf8))).map(\.summary) == [
                "line 1 is not what is written by the run that was not moved"
            ])
        // Nothing to compare with is no agreement.
        #expect(made.problems(seen).map(\.kind) == [.build, .build])
    }

    @Test("what ships with a program is compared by its own rules")
    func shipped() throws {
        let made = try Observations("expect: {stdout: shipped}")
        let seen = try made.seen(stdout: "a")
        #expect(made.problems(seen) { $0 == [0x61] ? [] : ["line 1"] } == [])
        #expect(
            made.problems(seen) { _ in ["line 1", "expected: b"] } == [
                Problem(.stdout, "it is not what the program should print", details: ["line 1", "expected: b"])
            ])
        #expect(made.problems(seen).map(\.kind) == [.build])
    }

    @Test("an output that is too long is a failure, and is not compared")
    func truncated() throws {
        let made = try Observations("expect: {stdout: {exact: a}}")
        var seen = try made.seen(.abandoned)
        seen.stdout = try made.content("bbbb", truncated: true)
        #expect(made.problems(seen) == [Problem(.outputLimit, "its output is longer than 4 bytes, which are kept")])
        // Also if the program ended by itself before anybody could end it.
        seen.ending = .exited(0)
        #expect(made.problems(seen).map(\.kind) == [.outputLimit])
    }

    @Test("an output that the host could not keep is the host's trouble, and nothing is concluded from what is left")
    func unkept() throws {
        let made = try Observations("expect: {stdout: {exact: a}, stderr: {exact: ''}}")
        var seen = try made.seen(stdout: "", stderr: "")
        seen.stdout.failure = SystemError("write /x", errno: ENOSPC)
        let problems = made.problems(seen)
        #expect(problems.map(\.kind) == [.host])
        #expect(problems[0].summary.contains("No space left on device"))
    }

    @Test("an output's file that is gone is the host's trouble")
    func unreadable() throws {
        let made = try Observations("expect: {stdout: {exact: a}}")
        var seen = try made.seen()
        seen.stdout.path = made.scratch.file("gone")
        #expect(made.problems(seen).map(\.kind) == [.host])
    }

    @Test("lines that are very long are cut where they are told")
    func long() throws {
        let made = try Observations("expect: {stdout: {exact: b}}")
        let problems = made.problems(try made.seen(stdout: String(repeating: "a", count: 100_000)))
        #expect(problems[0].details.allSatisfy { $0.utf8.count < 500 })
    }
}
