import History
import Report
import Results

/// A run in the list of runs.
struct RunLine: Sendable, Equatable {
    /// Whether more is to come.
    enum Life: Sendable, Equatable {
        /// It has ended, by itself or because somebody stopped it.
        case ended
        /// A runner holds it; it last wrote to the log at that time, in seconds since 1970.
        case goesOn(lastSign: Double)
        /// It has not ended, and nobody holds it.
        case lost
    }

    /// The run's id.
    var id: String
    /// The suite's name.
    var suite: String
    /// The suite with the shard.
    var title: String
    /// In seconds since 1970.
    var started: Double
    /// Wall-clock time of what has ended.
    var seconds: Double
    /// How many cases have which mark; flaky ones are not among those that passed.
    var counts: [Mark: Int]
    var state: RunResults.State
    var life: Life
    /// Why nothing more is known of it.
    var trouble: String?

    var cases: Int { counts.values.reduce(0, +) }
    /// How many cases have been tried.
    var tried: Int { cases - (counts[.notRun] ?? 0) }

    init(_ summary: RunSummary) {
        (id, suite, title) = (summary.id, summary.suite, summary.suite)
        (started, seconds, state) = (summary.started, summary.seconds, summary.state)
        counts = [
            .passed: summary.passed - summary.flaky, .failed: summary.failed, .notJudged: summary.notJudged,
            .notRun: summary.notRun, .flaky: summary.flaky,
        ]
        life = summary.state == .unfinished ? .lost : .ended
    }

    init(_ results: RunResults, life: Life) {
        (id, suite, title) = (results.run.id, results.run.suite, results.title)
        (started, seconds, state) = (results.run.started, results.seconds, results.state)
        counts = results.cases.reduce(into: [:]) { $0[Mark($1.verdict, isFlaky: $1.isFlaky), default: 0] += 1 }
        self.life = life
    }

    init(id: String, trouble: String, since: Double) {
        (self.id, suite, title, started, seconds) = (id, "", "", since, 0)
        (counts, state, life, self.trouble) = ([:], .unfinished, .lost, trouble)
    }

    /// The worst of it, which is what it is shown as.
    var mark: Mark {
        if (counts[.failed] ?? 0) > 0 { return .failed }
        if (counts[.notJudged] ?? 0) > 0 || state != .complete { return .notJudged }
        return tried > 0 ? .passed : .notRun
    }
}
