import Lab
import Results
import Support
import TestSupport
import Testing
import Topology

@testable import Regression

/// What is known of Slurm without one.
struct SlurmCommandTests {
    @Test func ranges() {
        #expect(Slurm.ranges([1]) == "1")
        #expect(Slurm.ranges([3, 1, 2, 7, 9, 8]) == "1-3,7-9")
        #expect(Slurm.ranges([2, 2, 4]) == "2,4")
    }

    @Test func tasks() throws {
        let running = try #require(SlurmTask(line: "17|2|RUNNING|n1|None"))
        #expect(!running.isOver && running.words == "RUNNING on n1")
        let waiting = try #require(SlurmTask(line: "17|3|PENDING||Resources|x"))
        #expect(!waiting.isOver && waiting.words == "PENDING, Resources|x")
        #expect(try #require(SlurmTask(line: "17|3|NODE_FAIL|n1|NodeDown")).isOver)
        // One that is being requeued comes back.
        #expect(try !#require(SlurmTask(line: "17|3|REQUEUED|n1|None")).isOver)
        for line in ["", "17", "17|N/A|RUNNING|n1|None", "17|1|RUNNING|n1"] {
            #expect(SlurmTask(line: line[...]) == nil)
        }
    }

    @Test func executions() {
        let text = "began 17 0 n1\nbegan 17 1 n2\nended 17 1 143\nbegan 18 0 n1\nended 18 0 1\nbegan 19 0\n"
        var expected = ShardFiles.Executions("")
        #expect(ShardFiles.Executions(text) != expected)
        (expected.began, expected.requeued, expected.ended) = (3, 1, 1)
        #expect(ShardFiles.Executions(text) == expected)
    }

    /// The script is POSIX shell, whatever is in the paths.
    @Test func script() async throws {
        let scratch = try Scratch()
        let directories = Directories(cache: "/c", state: scratch.file("s %'\"$x"), runtime: "/r")
        let run = RunDirectory(id: "20261130-160000-test-3f2a", directories: directories)
        let script = SlurmScript(
            executable: "/opt/it's/popcorn-lab", suite: "/s/my suite.yaml", seed: 7, files: ShardFiles(run: run),
            shards: 4, words: ["--retries=1"])
        let file = try scratch.write(script.text, to: "task.sh")
        try await scratch.run("shellcheck", ["--shell=sh", "--severity=warning", file], package: "shellcheck")
        #expect(script.text.contains(#"--shard "$shard/4""#))
    }

    private func refusal(_ words: String..., path: String? = nil) async throws -> Ending {
        let scratch = try Scratch()
        var changes: [String: String?] = ["XDG_STATE_HOME": scratch.file("state")]
        if let path { changes["PATH"] = path }
        let tool = CommandLineTool(executable: try builtProgram("popcorn-lab"), environment: changes)
        let ending = try await tool(["test", "smoke"] + words, limit: .seconds(120))
        #expect(scratch.names("state/popcorn-lab/runs").isEmpty)
        return ending
    }

    @Test func noSlurm() async throws {
        let ending = try await refusal("--engine", "slurm", path: "/nowhere")
        #expect(ending.status == 69)
        #expect(ending.errorText.contains("this host has no `sinfo`"))
        #expect(ending.errorText.contains("install the package slurm-client"))
    }

    @Test(arguments: [
        ["--shards", "2"], ["--throttle", "2"], ["--slurm-option=-p"], ["--engine", "slurm", "--shards", "0"],
        ["--engine", "slurm", "--shard", "1/2"], ["--engine", "slurm", "--keep-lab"],
        ["--engine", "slurm", "--slurm-option", "long"],
    ])
    func badOptions(_ words: [String]) async throws {
        let tool = CommandLineTool(executable: try builtProgram("popcorn-lab"))
        #expect(try await tool(["test", "smoke"] + words, limit: .seconds(60)).status == 64)
    }
}
