import Results
import Support

extension ReportPage {
    /// What the boots ran on, and what they tested; a column for each of different fingerprints.
    func environment() throws -> PageSection? {
        var prints: [Fingerprint] = []
        var boots: [[String]] = []
        for boot in results.boots {
            if let index = prints.firstIndex(of: boot.fingerprint) {
                boots[index].append(boot.words)
            } else {
                prints.append(boot.fingerprint)
                boots.append([boot.words])
            }
        }
        guard !prints.isEmpty else { return nil }
        let shown = Array(prints.prefix(8))
        let caption =
            prints.count == 1
            ? "The same for all \(results.boots.count) boots"
            : "\(prints.count) different environments"
                + (shown.count < prints.count ? ", the first \(shown.count)" : "")
        let columns = shown.indices.map { index in
            prints.count == 1
                ? "Value" : boots[index].prefix(3).joined(separator: ", ") + (boots[index].count > 3 ? ", …" : "")
        }
        let parts: [[String: Any]] = [
            ("Platform: must be equal for figures to be compared", shown.map(\.platform)),
            ("Under test", shown.map(\.subject)),
        ].map { title, fields in
            ["title": title, "width": "\(shown.count + (shown.count > 1 ? 2 : 1))", "rows": Self.rows(fields)]
        }
        return PageSection(
            id: "environment", title: "Environment",
            body: try PageTemplate(PageParts.environment).text([
                "caption": caption, "columns": columns, "parts": parts, "several": shown.count > 1,
            ]))
    }

    private static func rows(_ fields: [[String: String]]) -> [[String: Any]] {
        Set(fields.flatMap(\.keys)).sorted().map { name in
            let values = fields.map { $0[name] ?? "absent" }
            return ["name": name, "values": values, "differs": Set(values).count > 1]
        }
    }

    /// How to do it again: all of it, what did not pass, one case.
    func reproduction() throws -> PageSection? {
        let run = results.run
        var rows = [("The whole run", ShellWord.join(run.commandLine))]
        if results.count(.failed) + results.count(.notJudged) > 0 {
            rows.append(
                (
                    "What failed or could not be judged",
                    "popcorn-lab test \(ShellWord.quote(run.suiteFile)) --rerun-failed \(ShellWord.quote(run.id))"
                ))
        }
        if results.state != .complete {
            rows.append(("What is left of it", "popcorn-lab test --resume \(ShellWord.quote(run.id))"))
        }
        rows.append(
            ("One case", "popcorn-lab test \(ShellWord.quote(run.suiteFile)) --case ID --seed \(run.seed)"))
        return PageSection(
            id: "reproduce", title: "To reproduce",
            body: try PageTemplate(PageParts.reproduction).text([
                "rows": rows.map { ["what": $0.0, "command": VisibleText.text($0.1)] }
            ]))
    }
}

extension Boot {
    /// For people: `pair-2 (reference)`.
    var words: String { reference == nil ? id : ReferenceFigure.own(id) }
}
