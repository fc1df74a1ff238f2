import Support
import UserInput

/// How a suite is spread over the nodes of a cluster that Slurm schedules.
package struct SlurmOptions: Codable, Sendable {
    /// Into how many parts the suite is cut, each a task of the job array; `nil` for one for each node of the cluster.
    package var shards: Int?
    /// How many tasks may run at the same time; `nil` for all.
    package var throttle: Int?
    /// Further options of sbatch, a word each, such as `--partition=long`.
    package var words: [String] = []
    /// How often a shard is begun at most, before what it lacks is given up.
    package var executions = 3
    /// What the tasks' `popcorn-lab test` gets beside the suite and its cases, a word each, such as `--retries=1`.
    package var taskWords: [String] = []

    /// One shard for each node, all at once.
    package init() {}
}
