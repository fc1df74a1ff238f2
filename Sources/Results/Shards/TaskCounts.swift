/// What became of the tasks of a cluster that ran the shards of a run.
package struct TaskCounts: Codable, Sendable, Equatable {
    /// Into how many parts the suite was cut.
    package var shards: Int
    /// How often a task was begun on a node.
    package var executions: Int
    /// Executions that did not come to their end: killed, requeued, or gone with their node. What they lacked was run again.
    package var lost: Int
    /// Executions that the scheduler itself began again.
    package var requeued: Int

    /// Takes the counts as they are.
    package init(shards: Int, executions: Int = 0, lost: Int = 0, requeued: Int = 0) {
        self.shards = shards
        self.executions = executions
        self.lost = lost
        self.requeued = requeued
    }

    /// All of it: `8 shards in 9 tasks, 1 of them lost, 1 requeued by the scheduler`.
    package var sentence: String {
        func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
        let fate = lost > 0 ? ", \(lost) of them lost" : ", none lost"
        let again = requeued > 0 ? ", \(requeued) requeued by the scheduler" : ""
        return "\(count(shards, "shard")) in \(count(executions, "task"))\(fate)\(again)"
    }

    /// What follows the counts of cases, if something was lost.
    var words: String {
        guard lost > 0 else { return "" }
        let again = requeued > 0 ? ", \(requeued) of them requeued by the scheduler" : ""
        return "; \(lost) of \(executions) tasks \(lost == 1 ? "was" : "were") lost\(again)"
    }
}
