import Results

/// What a case is shown as: its verdict, or flaky. Each has a sign besides its colour.
enum Mark: String, CaseIterable {
    case failed
    case notJudged = "not-judged"
    case flaky
    case passed
    case notRun = "not-run"

    init(_ one: CaseResult) {
        self =
            switch one.verdict {
            case .failed: .failed
            case .notJudged: .notJudged
            case .passed: one.isFlaky ? .flaky : .passed
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

    var sign: String {
        switch self {
        case .failed: "✗"
        case .notJudged: "?"
        case .flaky: "≈"
        case .passed: "✓"
        case .notRun: "–"
        }
    }

    var words: String {
        switch self {
        case .failed: "failed"
        case .notJudged: "could not be judged"
        case .flaky: "flaky"
        case .passed: "passed"
        case .notRun: "not run"
        }
    }
}
