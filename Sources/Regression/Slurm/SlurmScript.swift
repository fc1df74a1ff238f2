import Support

/// What each task of the array runs on its node.
///
/// Its results go to the shared directory. What belongs to the node's labs stays on the node: records, keys and consoles of
/// guests mean nothing elsewhere, and locks and sockets do not work on every network's file system.
struct SlurmScript: Sendable {
    /// The running program, which must have this path on every node.
    var executable: String
    /// The suite's file.
    var suite: String
    var seed: UInt32
    var files: ShardFiles
    var shards: Int
    /// Further words of `popcorn-lab test`.
    var words: [String]

    /// Variables that are flags of ours, and would reach the tasks too: sbatch passes the environment on.
    private static let flags = [
        "CASE", "CASE_LIST", "DRY_RUN", "ENGINE", "FILTER", "FORMAT", "JSON", "KEEP_LAB", "QUOTA", "RERUN_FAILED",
        "RESUME",
        "SHARD", "SHARDS", "SLURM_OPTION", "SLURM_EXECUTIONS", "TAG", "THROTTLE", "UPDATE_GOLDEN",
    ]

    /// The whole script, for a POSIX shell.
    var text: String {
        let program = ShellWord.quote(executable)
        let test = [
            program, "test", ShellWord.quote(suite), "--engine local", "--case-list", ShellWord.quote(files.cases),
            "--shard \"$shard/\(shards)\" --untried-in \"$results/runs\" --seed \(seed)",
        ]
        return """
            #!/bin/sh
            # A shard of a run of popcorn-lab; docs/regression-at-scale.md tells what this does.
            shard=$SLURM_ARRAY_TASK_ID
            execution="$SLURM_ARRAY_JOB_ID ${SLURM_RESTART_COUNT:-0}"
            results=\(ShellWord.quote(files.shards))/$shard
            echo "began $execution $SLURMD_NODENAME" >> "$results/executions" || exit 1
            unset \(Self.flags.map { "POPCORN_LAB_" + $0 }.joined(separator: " "))
            [ -w "${XDG_RUNTIME_DIR:-/nowhere}" ] || unset XDG_RUNTIME_DIR
            # Short, because paths of sockets are.
            XDG_STATE_HOME=/tmp/plab-$(id -u)-\(files.mark)-$shard
            export XDG_STATE_HOME
            # What an execution before this one has left on this node.
            for record in "$XDG_STATE_HOME"/popcorn-lab/labs/*/lab.json; do
                [ -e "$record" ] || continue
                lab=${record%/lab.json}
                \(program) down --force --lab "${lab##*/}"
            done
            rm -rf "$XDG_STATE_HOME"
            mkdir -m 700 "$XDG_STATE_HOME" || exit 1
            mkdir "$XDG_STATE_HOME/popcorn-lab" && ln -s "$results/runs" "$XDG_STATE_HOME/popcorn-lab/runs" || exit 1
            # Slurm's SIGTERM reaches all processes of the task: popcorn-lab takes its labs down, and this waits for it.
            trap : TERM
            \((test + words.map(ShellWord.quote)).joined(separator: " "))
            status=$?
            echo "ended $execution $status" >> "$results/executions"
            ls "$XDG_STATE_HOME"/popcorn-lab/labs/*/lab.json >/dev/null 2>&1 || rm -rf "$XDG_STATE_HOME"
            exit $status

            """
    }
}
