import Support

/// A run as Markdown for a job's page, a merge request or a mail: the verdict first.
struct MarkdownText {
    let results: RunResults
    let slower: [SlowFigure]
    /// The run's, for the paths of logs.
    let directory: String?

    /// Rows of a table; a page that takes 1 MiB holds them with all that they may say.
    private static let rows = 100

    var text: String {
        let exit = RunExit(of: results, isSlower: !slower.isEmpty)
        let sections =
            [
                [
                    "## \(Self.plain(results.title)): \(exit.words)", "",
                    "\(results.sentence). It took \(DecimalText.seconds(results.seconds)).",
                ]
            ] + [
                problems("Failed", results.cases(.failed)), flaky,
                problems("Could not be judged", results.cases(.notJudged)),
                slow, notRun, reproduce,
            ]
        let footer =
            "Run \(Self.code(results.run.id)), seed \(results.run.seed), popcorn-lab \(Self.plain(results.run.version))."
        return (sections.filter { !$0.isEmpty } + [[footer]]).map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n") + "\n"
    }

    private func problems(_ title: String, _ cases: [CaseResult]) -> [String] {
        table(title, ["Case", "What is wrong", "Tries", "Files"], cases) { one in
            let last = one.attempts.last { $0.verdict == one.verdict }
            return [
                Self.code(one.plan.id), Self.code(one.reasonLine ?? ""), "\(one.attempts.count)",
                last.map { Self.code($0.place(below: directory)) } ?? "",
            ]
        }
    }

    private var flaky: [String] {
        table(
            "Flaky: failed, and passed when tried again", ["Case", "What was wrong", "Passed at try"],
            results.cases.filter(\.isFlaky)
        ) { one in
            let first = one.attempts.first { $0.verdict == .failed }?.problems.first
            return [Self.code(one.plan.id), Self.code(first?.line ?? ""), "\(one.attempts.count)"]
        }
    }

    private var slow: [String] {
        table("Slower", ["Case", "Figure", "Change", "How that is known"], slower) { figure in
            [Self.code(figure.id), Self.code(figure.figure), Self.plain(figure.change), Self.plain(figure.evidence)]
        }
    }

    private var notRun: [String] {
        table("Not run", ["Cases", "Why"], results.reasonsNotRun) { ["\($0.count)", Self.plain($0.reason)] }
    }

    private var reproduce: [String] {
        let cases = (results.cases(.failed) + results.cases(.notJudged)).prefix(10)
        guard !cases.isEmpty else { return [] }
        return ["### To reproduce", ""] + cases.map { "    " + VisibleText.text($0.reproduce) }
    }

    private func table<Row>(_ title: String, _ header: [String], _ all: [Row], _ cells: (Row) -> [String]) -> [String] {
        guard !all.isEmpty else { return [] }
        let lines = [
            "### \(title)", "", Self.row(header), Self.row(header.map { _ in "---" }),
        ]
        let more = all.count > Self.rows ? ["", "… and \(all.count - Self.rows) more."] : []
        return lines + all.prefix(Self.rows).map { Self.row(cells($0)) } + more
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// Words of others as code: nothing in it is Markdown, HTML, or calls somebody by `@name`.
    private static func code(_ text: String) -> String {
        let visible = VisibleText.text(text).replacing("\t", with: " ")
        guard !visible.isEmpty else { return "" }
        let short = visible.count > 300 ? visible.prefix(300) + "…" : visible[...]
        var (longest, length) = (0, 0)
        for byte in short.utf8 {
            length = byte == UInt8(ascii: "`") ? length + 1 : 0
            longest = max(longest, length)
        }
        // In a table a bar ends a cell even within code, and what stands before it may keep a backslash from helping.
        if short.utf8.contains(UInt8(ascii: "|")) { return "<code>\(entities(short))</code>" }
        let fence = String(repeating: "`", count: longest + 1)
        return longest > 0 ? "\(fence) \(short) \(fence)" : fence + short + fence
    }

    private static func entities(_ text: Substring) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            let isPlain =
                !scalar.isASCII || scalar.properties.isAlphabetic || " 0123456789-./:,".unicodeScalars.contains(scalar)
            if isPlain { result.unicodeScalars.append(scalar) } else { result += "&#\(scalar.value);" }
        }
    }

    /// Words of others in a sentence: all that Markdown or HTML may take for orders is escaped.
    private static func plain(_ text: String) -> String {
        VisibleText.text(text).unicodeScalars.reduce(into: "") { result, scalar in
            if scalar == "|" { return result += "&#124;" }
            if #"\`*_{}[]<>#!~@&$"#.unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
    }
}
