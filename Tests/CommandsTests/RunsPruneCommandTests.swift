import FoundationEssentials
import Support
import TestSupport
import Testing

/// `runs prune` and `test --quota`, as a user calls them; what is removed has tests of its own.
struct RunsPruneCommandTests {
    private let scratch: Scratch
    private let tool: CommandLineTool

    init() throws {
        scratch = try Scratch()
        tool = CommandLineTool(
            executable: try builtProgram("popcorn-lab"),
            environment: ["XDG_STATE_HOME": scratch.file("state"), "XDG_RUNTIME_DIR": scratch.file("run")])
        let run = "state/popcorn-lab/runs/20260101-000000-test-aaaa"
        try scratch.write([UInt8](repeating: 7, count: 2 << 20), to: run + "/payload")
        try scratch.write("{}", to: run + "/events.jsonl")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)],
            ofItemAtPath: scratch.file(run + "/events.jsonl"))
    }

    private var runs: [String] { scratch.names("state/popcorn-lab/runs") }

    private func call(_ words: String..., exit status: Int32 = 0) async throws -> Ending {
        let ending = try await tool(words, limit: .seconds(60))
        guard ending.status == status else { throw UnexpectedEnding(expected: "exit code \(status)", ending: ending) }
        return ending
    }

    @Test func prune() async throws {
        let told = try await call("runs", "prune", "--keep", "30d", "--dry-run")
        #expect(told.lines.first?.hasPrefix("would remove 20260101-000000-test-aaaa (2.0 MiB)") == true, "\(told)")
        #expect(runs.count == 1)
        let kept = try await call("runs", "prune", "--keep", "30d", "--keep-failed")
        #expect(kept.errorText.contains("it did not pass") && kept.errorText.contains("removed 0 runs, 0 B"), "\(kept)")
        #expect(try await call("runs", "prune", "--keep", "50d").output.isEmpty)
        let removed = try await call("runs", "prune", "--keep", "30d")
        #expect(removed.errorText.contains("removed 1 run, 2.0 MiB"), "\(removed)")
        #expect(runs.isEmpty)
    }

    /// Without a subcommand it is what it was.
    @Test func list() async throws {
        #expect(try await call("runs").errorText.contains("no runs yet"))
        #expect(try await call("runs", "--format", "json").lines == ["[", "]"])
    }

    @Test(arguments: [["--keep", "30"], ["--keep", "-1d"], []])
    func refused(_ words: [String]) async throws {
        let ending = try await tool(["runs", "prune"] + words, limit: .seconds(60))
        #expect(ending.status == 64)
        #expect(runs.count == 1)
    }

    @Test func quota() async throws {
        let ending = try await call("test", "smoke", "--quota", "1M", exit: 69)
        #expect(ending.errorText.contains("take 2.0 MiB, and --quota allows 1.0 MiB"), "\(ending)")
        #expect(ending.errorText.contains("popcorn-lab runs prune --keep 30d"))
        #expect(runs.count == 1)
    }
}
