import ArgumentParser
import Regression
import Support
import Topology

/// Where `test` runs the labs of a suite.
enum TestEngine: String, CaseIterable, ExpressibleByArgument {
    /// On this host.
    case local
    /// On the nodes of a cluster.
    case slurm
}

/// How `test` uses a cluster.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Where labs are run: on this host, or on the nodes of a cluster that Slurm schedules.")
    var engine = TestEngine.local

    @Option(
        help: ArgumentHelp(
            "With slurm: into how many parts to cut the suite (default: as many as the cluster has nodes).",
            valueName: "N"))
    var shards: Int?

    @Option(help: ArgumentHelp("With slurm: how many parts may run at the same time.", valueName: "M"))
    var throttle: Int?

    @Option(
        name: .customLong("slurm-option"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "With slurm: an option of sbatch, such as --partition=long; may be repeated.", valueName: "word"))
    var slurmOption: [String] = []

    @Option(
        help: ArgumentHelp(
            "With slurm: how often a part is begun at most, if its tasks are lost (default: 3).", valueName: "N"))
    var slurmExecutions: Int?

    func validate() throws {
        if engine == .local {
            if shards != nil || throttle != nil || slurmExecutions != nil || !slurmOption.isEmpty {
                throw ValidationError(
                    "--shards, --throttle, --slurm-option and --slurm-executions need --engine slurm.")
            }
        }
        for (name, value) in [("shards", shards), ("throttle", throttle), ("slurm-executions", slurmExecutions)] {
            if let value, value < 1 { throw ValidationError("--\(name) wants a number from 1.") }
        }
        for word in slurmOption where !word.hasPrefix("-") {
            throw ValidationError("--slurm-option wants an option of sbatch in one word, such as --partition=long.")
        }
    }

    /// For a run whose tasks get these words of `test` besides.
    func options(taskWords: [String]) -> SlurmOptions {
        var options = SlurmOptions()
        options.shards = shards
        options.throttle = throttle
        options.words = slurmOption
        options.executions = slurmExecutions ?? options.executions
        options.taskWords = taskWords
        return options
    }
}

extension TestHow {
    /// The same options for another `popcorn-lab test`, a word each.
    var words: [String] {
        var words = ["--jobs=\(jobs)", "--retries=\(retries)"]
        if let boots { words.append("--boots=\(boots)") }
        if !reference { words.append("--no-reference") }
        if failFast { words.append("--fail-fast") }
        if let timeout { words.append("--timeout=\(timeout)") }
        if keepTraces { words.append("--keep-traces") }
        if dump { words.append("--dump") }
        if verbose { words.append("--verbose") }
        return words
    }
}
