import Support

/// A run in the kernel's own format, KTAP version 1: a result line per case, with what is wrong as diagnostics before it.
///
/// A case that could not be judged has the directive ERROR, one that took too long TIMEOUT.
struct KTAPText {
    let results: RunResults
    /// The run's, for the paths of logs.
    let directory: String?

    /// How many lines of evidence a problem brings along.
    private static let evidence = 20

    var text: String {
        var lines = ["KTAP version 1", "1..\(results.cases.count)"]
        lines.append("# \(Self.line(results.title)) \(Self.line(results.run.id)): \(Self.line(results.sentence))")
        for (index, one) in results.cases.enumerated() {
            lines += diagnostics(of: one).map { "# " + Self.line($0) }
            lines.append(Self.result(of: one, number: index + 1))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func diagnostics(of one: CaseResult) -> [String] {
        let bad = one.attempts.filter { !$0.problems.isEmpty }
        guard !bad.isEmpty else { return [] }
        return bad.flatMap { attempt in
            ["\(one.plan.id), try \(attempt.number): \(attempt.place(below: directory))"]
                + attempt.lines(limit: Self.evidence).map { "  " + $0 }
        } + ["reproduce: " + one.reproduce]
    }

    private static func result(of one: CaseResult, number: Int) -> String {
        // A number sign begins a directive, so no id may have one.
        let name = line(one.plan.id).split(separator: "#", omittingEmptySubsequences: false).joined(separator: "_")
        let reason = line(one.reasonLine ?? "")
        return switch one.verdict {
        case .passed: "ok \(number) \(name)"
        case .notRun: "ok \(number) \(name) # SKIP \(reason)"
        case .notJudged: "not ok \(number) \(name) # ERROR \(reason)"
        case .failed:
            "not ok \(number) \(name)" + (one.headline?.kind == .timeLimit ? " # TIMEOUT \(reason)" : "")
        }
    }

    private static func line(_ text: String) -> String { VisibleText.text(text) }
}
