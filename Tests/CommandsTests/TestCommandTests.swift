import Foundation
import Results
import TestSupport
import Testing

/// `test`, as a user calls it, as far as it goes without a lab.
@Suite("test, without labs")
struct TestCommandTests {
    private let scratch: Scratch
    private let tool: CommandLineTool

    init() throws {
        scratch = try Scratch()
        tool = CommandLineTool(
            executable: try builtProgram("popcorn-lab"), environment: ["XDG_STATE_HOME": scratch.file("state")])
        try scratch.write(
            """
            name: own
            labs: {pair: {nodes: "x86,arm"}}
            programs: {p: {binary: p}}
            cases: [{name: g, program: p, start: [x86, arm], tags: [a], include: [{start: arm, tags: [b]}]}]
            """, to: "own.yaml")
    }

    private func test(_ words: String..., exit status: Int32 = 0) async throws -> Ending {
        let ending = try await tool(["test"] + words, limit: .seconds(60))
        guard ending.status == status else { throw UnexpectedEnding(expected: "exit code \(status)", ending: ending) }
        // Nothing was begun.
        #expect(scratch.names("state/popcorn-lab/runs").isEmpty)
        return ending
    }

    @Test("--dry-run lists the cases, for people and for programs")
    func dryRun() async throws {
        let table = try await test(scratch.file("own.yaml"), "--dry-run")
        #expect(table.lines == ["CASE               TAGS", "g/p/pair/x86/none  a", "g/p/pair/arm/none  a,b"])
        #expect(table.errorText == "2 cases\n")
        let json = try await test(scratch.file("own.yaml"), "--dry-run", "--json", "--seed", "7", "--tag", "b")
        let plans = try JSONDecoder().decode([PlannedCase].self, from: Data(json.output))
        #expect(plans.map(\.id) == ["g/p/pair/arm/none"])
        #expect(plans[0].axes["start"] == "arm")
    }

    @Test("a suite that ships is found by its name")
    func shipped() async throws {
        let lines = try await test("smoke", "--dry-run", "--filter", "group=threads").lines
        #expect(lines.dropFirst().map { $0.prefix { $0 != " " } } == ["threads/primesum/pair/x86/own"])
    }

    @Test("a name that is none is told, with the nearest and all others")
    func unknownSuite() async throws {
        let errors = try await test("smokr", exit: 64).errorText
        #expect(errors.contains("there is no suite 'smokr'; did you mean 'smoke'?"))
        #expect(errors.contains("faults, "))
        let gone = try await test(scratch.file("gone.yaml"), exit: 64).errorText
        #expect(gone.contains("No such file or directory"))
    }

    @Test("a broken suite is told with its place, and ends with 64")
    func broken() async throws {
        try scratch.write(
            "name: b\nlabs: {pair: {nodes: 'x86'}}\nprograms: {p: {binary: p}}\ncases: [{name: g, program: q}]",
            to: "b.yaml")
        let errors = try await test(scratch.file("b.yaml"), exit: 64).errorText
        #expect(errors.contains("b.yaml:4:28: error: the suite has no program 'q'; did you mean 'p'?"))
    }

    @Test("choices that choose nothing end with 3, those that cannot be meant with 64")
    func choices() async throws {
        let own = scratch.file("own.yaml")
        #expect(try await test(own, "--tag", "b", "--filter", "start=x86", exit: 3).errorText == "no case is chosen\n")
        #expect(try await test(own, "--shard", "3/3", exit: 3).errorText == "no case is chosen\n")
        #expect(
            try await test(own, "--case", "g/p/pair/amr/none", exit: 64).errorText.contains(
                "did you mean 'g/p/pair/arm/none'?"))
        #expect(try await test(own, "--filter", "stat=x86", exit: 64).errorText.contains("did you mean 'start'?"))
        #expect(try await test(own, "--shard", "0/3", exit: 64).errorText.contains("expected I/N"))
        #expect(
            try await test(own, "--jobs", "0", exit: 64).errorText.contains(
                "--jobs wants a number from 1 to 64, or auto"))
        #expect(try await test(own, "--retries", "-1", exit: 64).errorText.contains("retries"))
        #expect(try await test(own, "--seed", "-1", exit: 64).errorText.contains("seed"))
        #expect(try await test(own, "--timeout", "5", exit: 64).errorText.contains("timeout"))
        #expect(try await test(own, "--resume", "last", exit: 64).errorText.contains("has its suite already"))
        #expect(try await test(exit: 64).errorText.contains("Name a suite, or a run to resume"))
        #expect(try await test(own, "--rerun-failed", "last", exit: 64).errorText.contains("no suite has been run yet"))
    }
}
