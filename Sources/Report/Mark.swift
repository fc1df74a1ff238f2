import Results

/// What a case is shown as: its verdict, or flaky. Each has a sign besides its colour.
package enum Mark: String, CaseIterable, Sendable {
    case failed
    case notJudged = "not-judged"
    case flaky
    case passed
    case notRun = "not-run"

    init(_ one: CaseResult) { self.init(one.verdict, isFlaky: one.isFlaky) }

    /// What a verdict is shown as. The raw value is also the class of its colour.
    package init(_ verdict: Verdict, isFlaky: Bool) {
        self =
            switch verdict {
            case .failed: .failed
            case .notJudged: .notJudged
            case .passed: isFlaky ? .flaky : .passed
            case .notRun: .notRun
            }
    }

    init(_ attempt: Attempt) {
        self =
            switch attempt.verdict {
            case .failed: .failed
            case .notJudged: .notJudged
            case .passed, .notRun: .passed
            }
    }

    /// One character.
    package var sign: String {
        switch self {
        case .failed: "✗"
        case .notJudged: "?"
        case .flaky: "≈"
        case .passed: "✓"
        case .notRun: "–"
        }
    }

    /// For people, lower case.
    package var words: String {
        switch self {
        case .failed: "failed"
        case .notJudged: "could not be judged"
        case .flaky: "flaky"
        case .passed: "passed"
        case .notRun: "not run"
        }
    }
}
