/// A task of a job array, as squeue knows it.
struct SlurmTask: Sendable, Equatable {
    /// The job array's id.
    var job: String
    /// The task's number in it.
    var number: Int
    /// Slurm's word: `PENDING`, `RUNNING`, `NODE_FAIL` and others (squeue(1), "job state codes").
    var state: String
    /// Where it runs or ran; empty before that.
    var node: String
    /// Why it waits, in Slurm's word; `None` if it does not.
    var reason: String

    /// The states from which no task comes back; in all others it runs, or will.
    private static let ends: Set<String> = [
        "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED",
        "REVOKED", "TIMEOUT",
    ]

    /// Whether it has ended.
    var isOver: Bool { Self.ends.contains(state) }

    /// How it stands, for people: `CANCELLED on n1`, `PENDING, Resources`.
    var words: String {
        state + (node.isEmpty ? "" : " on \(node)") + (isOver || reason == "None" ? "" : ", \(reason)")
    }

    /// Reads a line of `squeue --array --format=%F|%K|%T|%N|%r`; `nil` for one that is of no task.
    init?(line: Substring) {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 5, let number = Int(fields[1]) else { return nil }
        job = fields[0]
        self.number = number
        state = fields[2]
        node = fields[3]
        reason = fields[4...].joined(separator: "|")
    }
}
