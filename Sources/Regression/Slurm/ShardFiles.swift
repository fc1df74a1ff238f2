import FoundationEssentials
import Results
import Support
import Topology

/// What the shards of a run leave in its directory, which all nodes must see.
struct ShardFiles: Sendable {
    let run: RunDirectory

    /// The ids of all cases, a line each.
    var cases: String { run.path + "/cases.txt" }
    /// What the tasks run.
    var script: String { run.path + "/task.sh" }
    /// How the run is spread, as JSON, for whoever goes on with it.
    var options: String { run.path + "/slurm.json" }
    /// The job arrays that were submitted, a line each: the job's id and the numbers of its tasks.
    var jobs: String { run.path + "/jobs.txt" }
    /// A directory for each shard, by its number.
    var shards: String { run.path + "/shards" }
    /// What a task's commands say; `%a` and `%A` are Slurm's.
    var output: String { shards + "/%a/output-%A.txt" }
    /// The end of the run's id, which tells its tasks from those of others.
    var mark: String { TestRunFiles(run).mark }

    /// The directory of a shard.
    func shard(_ number: Int) -> String { "\(shards)/\(number)" }

    /// The ids of the runs that the executions of a shard's task made, in their order.
    func runs(of shard: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.shard(shard) + "/runs")) ?? []
        return names.sorted().filter { log(of: shard, $0).withBytes { access($0, F_OK) } == 0 }
    }

    /// Makes sure that what another machine has added to a shard's directory shows: on NFS a directory's entries may be
    /// older than its files, until this machine changes the directory itself.
    func refresh(_ shard: Int) {
        let mark = self.shard(shard) + "/runs/.seen"
        try? AtomicFile.write("", to: mark)
        mark.withBytes { _ = unlink($0) }
    }

    /// A run of a shard's, relative to the merged run's directory.
    func folder(of shard: Int, _ run: String) -> String { "shards/\(shard)/runs/\(run)" }

    /// The log of a run of a shard's.
    func log(of shard: Int, _ run: String) -> String {
        "\(self.run.path)/\(folder(of: shard, run))/\(ResultLog.fileName)"
    }

    /// The last thing that a shard's tasks said; `nil` if they said nothing.
    func lastWords(of shard: Int) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.shard(shard))) ?? []
        let outputs = names.filter { $0.hasPrefix("output-") }.sorted { ($0.count, $0) < ($1.count, $1) }
        guard let last = outputs.last, let bytes = try? AtomicFile.contents(of: self.shard(shard) + "/" + last) else {
            return nil
        }
        return ByteText.text(Array(bytes.suffix(1 << 12))).split(separator: "\n").last.map(String.init)
    }

    /// What the tasks of a shard wrote down of their beginnings and ends.
    func executions(of shard: Int) -> Executions {
        let bytes = (try? AtomicFile.contents(of: self.shard(shard) + "/executions")) ?? Data()
        return Executions(ByteText.text(Array(bytes)))
    }

    /// Counts lines such as `began 17 0 n1` and `ended 17 0 143`: the job, how often Slurm has begun it again, and the node or
    /// the exit code.
    struct Executions: Sendable, Equatable {
        var began = 0
        /// Of those that began, the ones that Slurm itself began again.
        var requeued = 0
        /// Of those that began, the ones that came to an end of their own.
        var ended = 0

        /// Ends by a signal, which the shell tells by codes above this, are none of their own.
        private static let lastOwnCode = 128

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count == 4 else { continue }
                if words[0] == "began" {
                    began += 1
                    if words[2] != "0" { requeued += 1 }
                } else if let code = Int(words[3]), code <= Self.lastOwnCode {
                    ended += 1
                }
            }
        }
    }
}

/// The cases that earlier executions of a shard's task have tried on all their boots, as far as those tries count.
package enum TriedCases {
    /// Their ids.
    ///
    /// - Parameter runs: a directory of runs; it need not exist.
    /// - Throws: `ResultError` for a log that is none; `SystemError` for one that cannot be read.
    package static func ids(in runs: String) throws -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        let logs = names.sorted().map { "\(runs)/\($0)/\(ResultLog.fileName)" }.filter {
            $0.withBytes { access($0, F_OK) } == 0
        }
        return try logs.reduce(into: []) { tried, log in
            let part = try ShardPart(name: log, folder: log, log: log)
            let rounds = part.isComplete ? 1 : part.results.run.rounds
            tried.formUnion(part.results.cases.filter { $0.rounds.count >= rounds }.map(\.plan.id))
        }
    }
}
