import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

@testable import Regression

/// A suite on a real Slurm: a controller, two nodes and munge of this test's own. Faults are Slurm's own.
@Suite("slurm", .serialized, .enabled(if: getuid() == 0, "Slurm's daemons need root"), .timeLimit(.minutes(6)))
struct SlurmTests {
    private let cluster: SlurmCluster

    init() async throws { cluster = try await SlurmCluster() }

    /// Real guests, from sbatch to the merged run.
    @Test func guests() async throws {
        let tool = try cluster.popcornLab()
        let ending = try await tool(
            [
                "test", "smoke", "--filter", "group=tutorial", "--seed", "3", "--engine", "slurm", "--shards", "2",
                "--throttle", "1",
            ], limit: .seconds(300))
        guard ending.status == 0 else { throw UnexpectedEnding(expected: "exit code 0", ending: ending) }
        let results = try await tool(["results", "last", "--format", "json"], limit: .seconds(60))
        let run = try JSONDecoder().decode(RunResults.self, from: Data(results.output))
        #expect(run.cases.map(\.verdict) == [.passed, .passed] && run.state == .complete)
        #expect(run.tasks == TaskCounts(shards: 2, executions: 2))
        #expect(run.boots.map(\.id) == ["pair-1@1", "pair-1@2"])
        let directory = cluster.scratch.file("state/popcorn-lab/runs/\(run.run.id)")
        for one in run.cases {
            let folder = directory + "/" + (one.attempts.first?.folder ?? "")
            #expect(!((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).isEmpty, "\(folder)")
        }
        // One at a time: the second shard's lab is up only after the first's cases are done.
        let last = try #require(run.cases[0].attempts.first)
        #expect(run.boots[1].started >= last.started + last.seconds)
    }

    @Test func wholeSuite() async throws {
        let (results, _) = try await StandInRun(cluster)()
        #expect(results.state == .complete && results.verdict == .passed)
        #expect(results.tasks == TaskCounts(shards: 2, executions: 2))
        #expect(Set(results.cases.flatMap(\.attempts).compactMap(\.boot)) == ["pair-1@1", "pair-1@2"])
        #expect(RunExit(of: results) == .passed)
    }

    /// What was tried before the kill counts, what the kill itself spoilt does not, and the rest is run by another job.
    @Test func cancelledTask() async throws {
        let (results, notes) = try await StandInRun(cluster, held: ["1-1"])() { job, shard, _ in
            try await cluster("scancel", "\(job)_\(shard)")
        }
        #expect(results.state == .complete && results.verdict == .passed && results.flakyCount == 0)
        #expect(results.tasks == TaskCounts(shards: 2, executions: 3, lost: 1))
        #expect(results.cases.allSatisfy { $0.attempts.count == 1 })
        #expect(notes.contains { $0.hasPrefix("shard 1 was lost (CANCELLED on ") }, "\(notes)")
        #expect(results.boots.contains { $0.id == "pair-1@1.2" })
    }

    @Test func requeuedTask() async throws {
        let (results, notes) = try await StandInRun(cluster, held: ["2-1"])() { job, shard, _ in
            try await cluster("scontrol", "requeue", "\(job)_\(shard)")
        }
        #expect(results.state == .complete && results.verdict == .passed)
        #expect(results.tasks == TaskCounts(shards: 2, executions: 3, lost: 1, requeued: 1))
        #expect(notes.count { $0.hasPrefix("job ") } == 1, "Slurm itself has begun it again: \(notes)")
    }

    /// Part of `make test-long`: Slurm begins such a task again no sooner than after some seconds.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil))
    func failedNode() async throws {
        let (results, _) = try await StandInRun(cluster, held: ["1-1"])() { job, shard, _ in
            let node = try await cluster("squeue", "--noheader", "--jobs=\(job)_\(shard)", "--format=%N")
            try await cluster(
                "scontrol", "update", "NodeName=\(node.split(separator: "\n").first ?? "")", "State=DOWN", "Reason=test"
            )
        }
        #expect(results.state == .complete && results.verdict == .passed)
        #expect(results.tasks == TaskCounts(shards: 2, executions: 3, lost: 1, requeued: 1))
    }

    /// A shard that is lost again and again is given up; its cases are not run, and that is no success.
    @Test func givenUp() async throws {
        let run = try StandInRun(cluster, held: ["1-1", "1-2"]) { $0.executions = 2 }
        let (results, _) = try await run() { job, shard, _ in try await cluster("scancel", "\(job)_\(shard)") }
        let lacking = results.cases(.notRun)
        #expect(!lacking.isEmpty && results.count(.failed) == 0)
        #expect(lacking.allSatisfy { $0.reason?.hasPrefix("shard 1 was lost 2 times, at last CANCELLED") == true })
        #expect(results.tasks == TaskCounts(shards: 2, executions: 2 + 1, lost: 2))
    }

    /// A node on which nothing can be run says why.
    @Test func unfitNode() async throws {
        let (results, _) = try await StandInRun(cluster, failing: [2]) { $0.executions = 1 }()
        #expect(results.cases(.notRun).count == results.cases.count / 2)
        let reason = results.cases(.notRun).first?.reason ?? ""
        #expect(reason.hasSuffix("; it said last: this node has no QEMU"), "\(reason)")
    }

    @Test func interrupted() async throws {
        let (results, notes) = try await StandInRun(cluster, held: ["1-1"])() { _, _, work in work.cancel() }
        #expect(results.state == .interrupted)
        #expect(RunExit(of: results) == .notJudged)
        #expect(notes.contains { $0.hasPrefix("cancelling job ") })
        #expect(try await cluster("squeue", "--noheader").isEmpty)
        #expect(results.cases(.notRun).allSatisfy { $0.reason == "the run was interrupted" })
        #expect(results.count(.failed) == 0)
    }

    /// The command was killed, and the tasks went on: what they found is there, and what is missing is run.
    @Test func resumed() async throws {
        let run = try StandInRun(cluster)
        let (whole, _) = try await run()
        let directory = "state/popcorn-lab/runs/\(whole.run.id)"
        let log = try #require(cluster.scratch.text("\(directory)/events.jsonl"))
        let beginning = log.split(separator: "\n").prefix(2).map { $0 + "\n" }.joined()
        try cluster.scratch.write(beginning + "{\"torn", to: "\(directory)/events.jsonl")
        var resumed = try await run.resume()
        #expect(resumed.state == .complete && resumed.cases == whole.cases && resumed.tasks == whole.tasks)
        // A shard of which nothing came is begun again.
        try FileManager.default.removeItem(atPath: cluster.scratch.file("\(directory)/shards/2/runs"))
        try Directories.create(cluster.scratch.file("\(directory)/shards/2/runs"))
        resumed = try await run.resume()
        #expect(resumed.state == .complete && resumed.verdict == .passed)
        #expect(resumed.tasks == TaskCounts(shards: 2, executions: 3))
        try cluster.scratch.write("{", to: "\(directory)/slurm.json")
        await #expect(throws: RegressionError.self) { try await run.resume() }
    }

    /// A task is killed while its guests run a case, and the command too: no case fails, and no guest stays.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil))
    func killedWithGuests() async throws {
        let tool = try cluster.popcornLab()
        let first = try tool.start([
            "test", "smoke", "--filter", "group=moved or group=tutorial", "--engine", "slurm", "--shards", "1",
        ])
        try await first.errors(contain: "\npassed ")
        first.send(SIGKILL)
        _ = try await first.end(within: .seconds(30))
        let job = try await cluster("squeue", "--noheader", "--format=%F").split(separator: "\n").first
        try await cluster("scancel", "\(job ?? "1")")
        let ending = try await tool(["test", "--resume", "last", "--format", "json"], limit: .seconds(300))
        let run = try JSONDecoder().decode(RunResults.self, from: Data(ending.output))
        #expect(ending.status == 0 && run.count(.passed) == 6 && run.flakyCount == 0, "\(ending)")
        #expect(run.tasks == TaskCounts(shards: 1, executions: 2, lost: 1))
        let mark = run.run.id.split(separator: "-").last ?? ""
        let guests = ProcessTable.compactMap { words in
            words.first?.contains("qemu") == true && words.contains { $0.contains("/plab-0-\(mark)-") } ? true : nil
        }
        #expect(guests.isEmpty)
    }

    @Test(arguments: [
        ("--slurm-option=--partition=nowhere", "invalid partition specified: nowhere"),
        ("--slurm-option=--partition=closed", "not available"),
        ("--slurm-option=--mem=1T", "Memory specification can not be satisfied"),
    ])
    func refused(_ word: String, _ complaint: String) async throws {
        let ending = try await cluster.popcornLab()(
            ["test", "smoke", "--engine", "slurm", word], limit: .seconds(60))
        #expect(ending.status == 69)
        #expect(ending.errorText.contains("cannot submit the job array"), "\(ending)")
        #expect(ending.errorText.contains(complaint) && ending.errorText.contains("sinfo"), "\(ending)")
    }
}
