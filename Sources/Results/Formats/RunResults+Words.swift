import Support

extension Verdict {
    /// For people: `could not be judged`.
    package var words: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notJudged: "could not be judged"
        case .notRun: "not run"
        }
    }
}

extension RunResults {
    /// The suite, with the part of it that this run is: `nightly 2/4`.
    package var title: String { run.suite + (run.shard.map { " " + $0 } ?? "") }

    /// What became of all cases: `118 of 120 cases passed, 1 failed, 1 could not be judged; 2 were flaky`.
    package var sentence: String {
        var text = "\(count(.passed)) of \(cases.count) cases passed"
        for verdict in [Verdict.failed, .notJudged, .notRun] where count(verdict) > 0 {
            text += ", \(count(verdict)) \(verdict.words)"
        }
        if flakyCount > 0 { text += "; \(flakyCount) \(flakyCount == 1 ? "was" : "were") flaky" }
        return text + referenceWords + state.words + (tasks?.words ?? "")
    }

    /// What follows the counts of cases, if the reference was no measure for all of them.
    private var referenceWords: String {
        let tries = cases.flatMap { $0.reference ?? [] }
        let failed = tries.count { $0.verdict != .passed }
        return failed == 0 ? "" : "; \(failed) of \(tries.count) tries of the reference did not pass"
    }

    /// The cases with a verdict, in order.
    package func cases(_ verdict: Verdict) -> [CaseResult] { cases.filter { $0.verdict == verdict } }

    /// Reasons for which cases were not run, in the order of the cases, with how many each explains.
    package var reasonsNotRun: [(reason: String, count: Int)] {
        var counts: [String: Int] = [:]
        var order: [String] = []
        for one in cases where one.verdict == .notRun {
            let reason = one.reason ?? "no reason is known"
            if counts[reason] == nil { order.append(reason) }
            counts[reason, default: 0] += 1
        }
        return order.map { ($0, counts[$0] ?? 0) }
    }
}

extension RunResults.State {
    /// What follows the counts, if they are not the end.
    fileprivate var words: String {
        switch self {
        case .complete: ""
        case .interrupted: "; the run was interrupted"
        case .unfinished: "; the run has not come to its end"
        }
    }
}

extension CaseResult {
    /// What is wrong with it in one line, or why it was not run; `nil` if it passed.
    package var reasonLine: String? { headline?.line ?? (verdict == .notRun ? reason : nil) }

    /// All time that its tries took, in seconds.
    package var seconds: Double { attempts.reduce(0) { $0 + $1.seconds } }
}

extension Problem {
    /// For one line, with the node: `arm: exit code 1, expected 0`.
    package var line: String { (node.map { $0 + ": " } ?? "") + summary }

    /// The evidence, at most `limit` lines of at most 400 characters, and a last line that says what is left out.
    package func evidence(limit: Int) -> [String] {
        let lines = details.prefix(limit).map { $0.utf8.count > 400 ? String($0.prefix(400)) + "…" : $0 }
        return details.count > limit ? lines + ["… and \(details.count - limit) more lines"] : lines
    }
}

extension Attempt {
    /// All of its problems with their evidence, as lines.
    func lines(limit: Int) -> [String] {
        problems.flatMap { problem in
            ["\(problem.kind.rawValue): \(problem.line)"] + problem.evidence(limit: limit).map { "    " + $0 }
        }
    }

    /// Where its files are: below the run's directory if that is known.
    func place(below directory: String?) -> String { (directory.map { $0 + "/" } ?? "") + folder }
}
