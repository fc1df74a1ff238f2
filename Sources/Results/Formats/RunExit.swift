/// What a run of a suite means to whoever called it: the exit codes of `popcorn-lab test`.
package enum RunExit: Int32, Sendable, CaseIterable {
    /// Every case that was run passed.
    case passed = 0
    /// At least one case failed.
    case failed = 1
    /// None failed, but not all could be judged, or the run did not come to its end.
    case notJudged = 2
    /// No case was run.
    case nothingRun = 3
    /// All passed, and a figure is worse than before.
    case slower = 5

    /// - Parameter isSlower: whether a figure got worse, as whoever compared it says.
    package init(of results: RunResults, isSlower: Bool = false) {
        switch results.verdict {
        case .failed: self = .failed
        // What is absent has not passed.
        case _ where results.state != .complete: self = .notJudged
        case .notJudged: self = .notJudged
        case .notRun: self = .nothingRun
        case .passed: self = isSlower ? .slower : .passed
        }
    }

    /// The verdict in a word or two, lower case.
    package var words: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notJudged: "could not be judged"
        case .nothingRun: "nothing was run"
        case .slower: "passed, but slower"
        }
    }
}
