import Foundation
import Support
import TestSupport
import Testing

/// `results`, as a user calls it; the formats have tests of their own.
struct ResultsCommandTests {
    private let scratch: Scratch
    private let tool: CommandLineTool
    private static let example =
        String(
            #filePath.dropLast("CommandsTests/ResultsCommandTests.swift".count)) + "ResultsTests/Examples/run.json"

    init() throws {
        scratch = try Scratch()
        tool = CommandLineTool(
            executable: try builtProgram("popcorn-lab"), environment: ["XDG_STATE_HOME": scratch.file("state")])
    }

    private func results(_ words: String..., exit status: Int32 = 0) async throws -> Ending {
        let ending = try await tool(["results"] + words, limit: .seconds(60))
        guard ending.status == status else { throw UnexpectedEnding(expected: "exit code \(status)", ending: ending) }
        return ending
    }

    private func addRun(_ id: String) throws {
        let text = String(decoding: try AtomicFile.contents(of: Self.example), as: UTF8.self)
        let own = text.replacing("20261130-160000-test-3f2a", with: id)
        try scratch.write(own, to: "state/popcorn-lab/runs/\(id)/results.json")
    }

    @Test func table() async throws {
        let lines = try await results(Self.example).lines
        #expect(lines[0] == "nightly: failed")
        #expect(lines[1].hasPrefix("20261130-160000-test-3f2a: 4 of 8 cases passed, 2 failed"))
        #expect(lines.count == 8)
        #expect(lines[3].hasPrefix("failed               tutorial/dsm/pair/x86/every-100ms/none/1 "))
        #expect(lines[5].hasPrefix("flaky "))
        #expect(lines[7].hasSuffix("the lab 'four' could not be booted"))
    }

    @Test func namesOfRuns() async throws {
        let none = try await results(exit: 64)
        #expect(none.errorText.contains("no suite has been run yet"))
        try addRun("20261129-160000-test-aaaa")
        try addRun("20261130-160000-test-bbbb")
        try Directories.create(scratch.file("state/popcorn-lab/runs/20261201-160000-up-cccc"))
        #expect(try await results().text.contains("test-bbbb"))
        #expect(try await results("last").text.contains("test-bbbb"))
        #expect(try await results("20261129").text.contains("test-aaaa"))
        #expect(try await results("2026", exit: 64).errorText.contains("beginning of 2 runs"))
        #expect(try await results("20261201", exit: 64).errorText.contains("no run of a suite"))
        #expect(
            try await results(scratch.file("state/popcorn-lab/runs/20261129-160000-test-aaaa/")).text.contains(
                "test-aaaa"))
        #expect(try await results(scratch.file("absent"), exit: 1).errorText.contains("read \(scratch.file("absent"))"))
    }

    @Test(arguments: [
        ("json", "{"), ("junit", "<?xml"), ("ktap", "KTAP version 1"), ("github", "::error"),
        ("markdown", "## nightly"),
    ])
    func formats(_ format: String, _ beginning: String) async throws {
        let printed = try await results(Self.example, "--format", format)
        #expect(printed.text.hasPrefix(beginning))
        let written = try await results(Self.example, "--format", format, "-o", scratch.file("out"))
        #expect(written.output.isEmpty)
        #expect(scratch.text("out") == printed.text)
    }

    /// Files of a run are where the run is.
    @Test func pathsOfLogs() async throws {
        try addRun("20261130-160000-test-bbbb")
        let text = try await results("last", "--format", "ktap").text
        #expect(text.contains("\(scratch.file("state"))/popcorn-lab/runs/20261130-160000-test-bbbb/cases/tutorial"))
    }
}
