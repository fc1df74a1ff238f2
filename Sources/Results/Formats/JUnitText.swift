/// A run as JUnit XML, as Jenkins and GitLab read it: a suite per group of cases.
///
/// A case that could not be judged is an `error`, one that was not run is `skipped`. Earlier tries of a case are
/// `flakyFailure` if it passed in the end, and `rerunFailure` if it did not.
struct JUnitText {
    private let results: RunResults
    private let directory: String?
    private var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]

    /// How many lines of evidence a problem brings along.
    private static let evidence = 60

    /// - Parameter directory: the run's, for the paths of logs.
    init(_ results: RunResults, directory: String?) {
        self.results = results
        self.directory = directory
        write()
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    private mutating func write() {
        lines.append(tag("testsuites", [("name", results.title)] + sums(results.cases, time: results.seconds)))
        var groups: [String] = []
        var members: [String: [CaseResult]] = [:]
        for one in results.cases {
            let group = one.plan.axes["group"].flatMap { $0.isEmpty ? nil : $0 } ?? results.run.suite
            if members[group] == nil { groups.append(group) }
            members[group, default: []].append(one)
        }
        for group in groups { write(group, members[group] ?? []) }
        lines.append("</testsuites>")
    }

    private mutating func write(_ group: String, _ cases: [CaseResult]) {
        let skipped = cases.count { $0.verdict == .notRun }
        let began = cases.compactMap { $0.attempts.first?.started }.min() ?? results.run.started
        lines.append(
            tag(
                "testsuite",
                [("name", group)] + sums(cases, time: cases.reduce(0) { $0 + $1.seconds }) + [
                    ("skipped", "\(skipped)"), ("timestamp", String(DecimalText.utc(began).dropLast())),
                    ("package", results.run.suite),
                ]))
        lines.append("<properties>")
        for (name, value) in properties(cases) {
            lines.append(tag("property", [("name", name), ("value", value)], "/"))
        }
        lines.append("</properties>")
        for one in cases { write(one, in: group) }
        lines.append("</testsuite>")
    }

    private func properties(_ cases: [CaseResult]) -> [(String, String)] {
        let flaky = cases.filter(\.isFlaky)
        let run = results.run
        return [
            ("run", run.id), ("suite", run.suiteFile), ("seed", "\(run.seed)"), ("version", run.version),
            ("state", results.state.rawValue), ("flaky", "\(flaky.count)"),
        ] + flaky.map { ("flaky.\($0.plan.id)", "passed at try \($0.attempts.count)") }
    }

    private mutating func write(_ one: CaseResult, in group: String) {
        let attributes = [
            ("name", one.plan.id), ("classname", "\(results.run.suite).\(group)"), ("time", Self.time(one.seconds)),
        ]
        lines.append(tag("testcase", attributes))
        switch one.verdict {
        case .notRun: lines.append(tag("skipped", [("message", one.reason ?? "")], "/"))
        case .failed, .notJudged: write(failuresOf: one)
        case .passed:
            for attempt in one.attempts.dropLast() { write(attempt, as: "flaky") }
        }
        lines.append("<system-out>" + XMLText.escaped(footer(of: one), keepsLines: true) + "</system-out>")
        lines.append("</testcase>")
    }

    private mutating func write(failuresOf one: CaseResult) {
        let decisive = one.attempts.last { $0.verdict == one.verdict }
        for attempt in [decisive].compactMap({ $0 }) + one.attempts.filter({ $0.number != decisive?.number }) {
            write(attempt, as: attempt.number == decisive?.number ? "" : "rerun")
        }
    }

    private mutating func write(_ attempt: Attempt, as prefix: String) {
        let verdict = attempt.verdict
        guard verdict == .failed || verdict == .notJudged else { return }
        let plain = verdict == .failed ? "failure" : "error"
        let name = prefix.isEmpty ? plain : prefix + (verdict == .failed ? "Failure" : "Error")
        let headline = attempt.problems.first { $0.kind.verdict == verdict }
        let message = headline.map(\.line) ?? ""
        let text = attempt.lines(limit: Self.evidence).joined(separator: "\n")
        lines.append(
            tag(name, [("message", message), ("type", headline?.kind.rawValue ?? "")])
                + XMLText.escaped(text, keepsLines: true) + "</\(name)>")
    }

    private func footer(of one: CaseResult) -> String {
        (one.attempts.map { "try \($0.number): \($0.place(below: directory))" } + ["reproduce: " + one.reproduce])
            .joined(separator: "\n")
    }

    private func sums(_ cases: [CaseResult], time: Double) -> [(String, String)] {
        [
            ("tests", "\(cases.count)"), ("failures", "\(cases.count { $0.verdict == .failed })"),
            ("errors", "\(cases.count { $0.verdict == .notJudged })"), ("time", Self.time(time)),
        ]
    }

    private func tag(_ name: String, _ attributes: [(String, String)], _ end: String = "") -> String {
        "<\(name)" + attributes.map { " \($0.0)=\"\(XMLText.escaped($0.1))\"" }.joined() + "\(end)>"
    }

    /// Readers know neither a sign nor an exponent.
    private static func time(_ seconds: Double) -> String {
        DecimalText.fixed(seconds.isFinite ? min(max(seconds, 0), 1e9) : 0, 3)
    }
}
