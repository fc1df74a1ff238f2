/// What one execution of a shard's task left: the run that it was for itself.
package struct ShardPart: Sendable {
    /// Tells its boots from those of the others: `2` for the second shard, `2.3` for the third execution of that.
    package var name: String
    /// Its run's directory, relative to that of the merged run: `shards/2/popcorn-lab/runs/20261130-160000-test-3f2a`.
    package var folder: String
    /// What it found, as far as it counts.
    package var results: RunResults

    /// Takes the values as they are.
    package init(name: String, folder: String, results: RunResults) {
        self.name = name
        self.folder = folder
        self.results = results
    }

    /// Reads the log of an execution that is over, or will not go on.
    ///
    /// What killed it may have ended its guests first, and that is no failure of a case: see `RunEvent.doubtful`.
    /// - Returns: the part, and whether it came to its end.
    /// - Throws: `ResultError` for a log that is none; `SystemError` for one that cannot be read.
    package init(name: String, folder: String, log: String) throws {
        let events = try ResultLog.events(log)
        guard var results = RunResults(events: events) else {
            throw ResultError(.damaged, "\(log) does not say which run it is of")
        }
        if results.state != .complete {
            let doubtful = RunEvent.doubtful(in: events)
            for index in results.cases.indices {
                let number = doubtful[results.cases[index].plan.id]
                results.cases[index].attempts.removeAll { $0.number == number }
            }
        }
        self.init(name: name, folder: folder, results: results)
    }

    /// Whether the task came to its end.
    package var isComplete: Bool { results.state == .complete }
}

extension RunEvent {
    /// The tries that may look as they do only because their runner was killed: on each boot the last, if it did not pass and
    /// no other boot of that lab came after it.
    ///
    /// A scheduler kills all processes of a task in any order, so that guests may die before the runner does. A try on which
    /// something followed was judged in peace.
    /// - Returns: the try's number by the case's id.
    static func doubtful(in events: [RunEvent]) -> [String: Int] {
        var labs: [String: String] = [:]
        var last: [String: (id: String, number: Int)] = [:]
        for event in events {
            switch event {
            case .booted(let boot):
                last = last.filter { labs[$0.key] != boot.lab }
                labs[boot.id] = boot.lab
            case .tried(let id, let attempt):
                last[attempt.boot ?? ""] = attempt.verdict == .passed ? nil : (id, attempt.number)
            default: break
            }
        }
        return Dictionary(last.values.map { ($0.id, $0.number) }, uniquingKeysWith: min)
    }
}
