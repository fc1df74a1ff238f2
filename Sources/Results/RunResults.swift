import Support

/// What a run of a suite is, known before its first case.
package struct RunHeader: Codable, Sendable, Equatable {
    /// The run's id, which is the name of its directory: `20261130-160000-test-3f2a`.
    package var id: String
    /// The suite's name.
    package var suite: String
    /// The suite's file, as an absolute path.
    package var suiteFile: String
    /// What all chance of the run comes from.
    package var seed: UInt32
    /// The words of the command, popcorn-lab's own name first.
    package var commandLine: [String]
    /// The version of popcorn-lab.
    package var version: String
    /// Seconds since 1970.
    package var started: Double
    /// Which part of the suite this is, such as `2/4`; `nil` for all of it.
    package var shard: String?
    /// On how many fresh boots each case is run; `nil` for one.
    package var boots: Int?
    /// All cases that this run is to run, in order.
    package var cases: [PlannedCase]

    /// On how many fresh boots each case is run.
    package var rounds: Int { max(1, boots ?? 1) }

    /// Takes the values as they are.
    package init(
        id: String, suite: String, suiteFile: String, seed: UInt32, commandLine: [String], version: String,
        started: Double,
        shard: String? = nil, boots: Int = 1, cases: [PlannedCase]
    ) {
        self.id = id
        self.suite = suite
        self.suiteFile = suiteFile
        self.seed = seed
        self.commandLine = commandLine
        self.version = version
        self.started = started
        self.shard = shard
        self.boots = boots > 1 ? boots : nil
        self.cases = cases
    }

    /// What runs just one case again, with the same chance.
    package func commandLine(reproducing plan: PlannedCase) -> String {
        "popcorn-lab test \(ShellWord.quote(suiteFile)) --case \(ShellWord.quote(plan.id)) --seed \(seed)"
    }
}

/// A run of a suite: what `results.json` holds.
package struct RunResults: Codable, Sendable, Equatable {
    /// Whether the run came to its end.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// Every case has been tried, or left out for a reason.
        case complete
        /// Somebody stopped it.
        case interrupted
        /// It has not said that it ended: it goes on, or was killed.
        case unfinished
    }

    /// Of this format. A reader refuses a higher one.
    package var schema: Int
    /// What was known before the first case.
    package var run: RunHeader
    /// How far it got.
    package var state: State
    /// Wall-clock time of the parts of the run that ended; a part that was killed is not in it.
    package var seconds: Double
    /// Every lab that was booted, in order.
    package var boots: [Boot]
    /// Every case of `run.cases`, in the same order.
    package var cases: [CaseResult]
    /// What became of the tasks of a cluster that ran its shards; `nil` for a run of one machine.
    package var tasks: TaskCounts?

    /// The format that this popcorn-lab writes.
    package static let currentSchema = 1

    /// A run of this format.
    package init(run: RunHeader, state: State, seconds: Double, boots: [Boot], cases: [CaseResult]) {
        schema = Self.currentSchema
        self.run = run
        self.state = state
        self.seconds = seconds
        self.boots = boots
        self.cases = cases
    }

    /// How many cases have each verdict.
    package func count(_ verdict: Verdict) -> Int { cases.count { $0.verdict == verdict } }

    /// How many cases passed only when tried again.
    package var flakyCount: Int { cases.count(where: \.isFlaky) }

    /// The run's own verdict, which decides the exit code: a failure outweighs what could not be judged.
    package var verdict: Verdict {
        if count(.failed) > 0 { return .failed }
        if count(.notJudged) > 0 { return .notJudged }
        return count(.passed) > 0 ? .passed : .notRun
    }
}
