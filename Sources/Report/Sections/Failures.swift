import Results

extension ReportPage {
    /// What did not pass: first what is wrong how often, then case by case.
    func failures() throws -> PageSection? {
        let cases = results.cases(.failed)
        guard !cases.isEmpty else { return nil }
        return PageSection(
            id: "failures", title: "Failures", count: cases.count,
            body: try troubles(of: cases, in: "failures") + articles(cases))
    }

    func flaky() throws -> PageSection? {
        let cases = results.cases.filter(\.isFlaky)
        guard !cases.isEmpty else { return nil }
        return PageSection(id: "flaky", title: "Flaky", count: cases.count, body: try articles(cases))
    }

    func notJudged() throws -> PageSection? {
        let cases = results.cases(.notJudged)
        guard !cases.isEmpty else { return nil }
        return PageSection(
            id: "not-judged", title: "Could not be judged", count: cases.count,
            body: try troubles(of: cases, in: "not judged") + articles(cases))
    }

    func notRun() throws -> PageSection? {
        let reasons = results.reasonsNotRun
        guard !reasons.isEmpty else { return nil }
        let rows = reasons.prefix(PageBudget.articles).map { ["count": "\($0.count)", "reason": $0.reason] }
        return PageSection(
            id: "not-run", title: "Not run", count: results.count(.notRun),
            body: try PageTemplate(PageParts.notRun).text(["rows": rows]))
    }

    /// Cases whose headline is the same but for numbers; nothing if each is alone.
    private func troubles(of cases: [CaseResult], in title: String) throws -> String {
        var groups: [String: [CaseResult]] = [:]
        var order: [String] = []
        for one in cases {
            let key = Self.withoutNumbers(one.reasonLine ?? "")
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(one)
        }
        guard order.count < cases.count else { return "" }
        let sorted = order.enumerated().sorted { left, right in
            let (first, second) = (groups[left.element]?.count ?? 0, groups[right.element]?.count ?? 0)
            return (second, left.offset) < (first, right.offset)
        }
        let rows: [[String: Any]] = sorted.prefix(50).map { _, key in
            let members = groups[key] ?? []
            return [
                "count": "\(members.count)", "text": members.first?.reasonLine ?? "",
                "links": members.prefix(4).map { ["anchor": PageLink.anchor(ofCase: $0.plan.id), "id": $0.plan.id] },
                "more": members.count > 4 ? "\(members.count - 4)" : false,
            ]
        }
        return try PageTemplate(PageParts.troubles).text(["label": "What went wrong, \(title)", "rows": rows])
    }

    /// Addresses and times differ from case to case.
    private static func withoutNumbers(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
                result.append(byte)
                continue
            }
            if result.last != 0 { result.append(0) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func articles(_ cases: [CaseResult]) throws -> String {
        let template = try PageTemplate(PageParts.article)
        let text = cases.prefix(PageBudget.articles).map { template.text(article($0)) }.joined()
        guard cases.count > PageBudget.articles else { return text }
        return text + (try PageTemplate(PageParts.beyond).text(["count": "\(cases.count - PageBudget.articles)"]))
    }

    /// A case alone, whatever its verdict, with all its tries; markup.
    ///
    /// - Returns: `nil` if the run has no case of this id.
    /// - Throws: `ReportError` with `.template`.
    package func article(ofCase id: String) throws -> String? {
        try results.cases.first { $0.plan.id == id }.map { try PageTemplate(PageParts.article).text(article($0)) }
    }

    private func article(_ one: CaseResult) -> [String: Any] {
        let mark = Mark(one)
        var (left, pictures) = (budget.evidence, budget.pictures)
        let decisive = one.attempts.last { $0.verdict == (one.isFlaky ? .failed : one.verdict) }
        let headline =
            one.isFlaky
            ? "passed at try \(one.attempts.count); before: " + (decisive?.problems.first?.line ?? "")
            : one.reasonLine ?? ""
        // The try that decides gets its share of the space first.
        let order = [decisive].compactMap(\.self) + one.attempts.filter { $0.number != decisive?.number }
        let tries = order.map {
            (number: $0.number, values: values(of: $0, isOpen: $0 == decisive, left: &left, pictures: &pictures))
        }
        return [
            "kind": mark.rawValue, "sign": mark.sign, "words": mark.words, "id": one.plan.id,
            "anchor": PageLink.anchor(ofCase: one.plan.id), "headline": headline, "facts": Self.facts(of: one.plan),
            "page": (site?.casePage(one.plan.id)).orNothing, "life": additions.lives[one.plan.id].orNothing,
            "reproduce": one.reproduce,
            "tries": tries.sorted { $0.number < $1.number }.map(\.values),
        ]
    }

    /// Its place in the matrix.
    private static func facts(of plan: PlannedCase) -> String {
        let known = ["program", "arguments", "lab", "start", "migrate", "fault", "repetition"]
        let others = plan.axes.keys.filter { !known.contains($0) && $0 != "group" }.sorted()
        let axes = (known + others).compactMap { name in
            plan.axes[name].flatMap { $0.isEmpty || $0 == "none" ? nil : "\(name) \($0)" }
        }
        return (axes + ["seed \(plan.seed)"]).joined(separator: " · ")
    }

    private func values(
        of attempt: Attempt, isOpen: Bool, left: inout Int, pictures: inout Int
    ) -> [String: Any] {
        let mark = Mark(attempt)
        let problems: [[String: Any]] = attempt.problems.map { problem in
            let lines = problem.evidence(limit: PageBudget.lines).prefix { line in
                left -= line.utf8.count + 1
                return left >= 0
            }
            let cut = lines.count < min(problem.details.count, PageBudget.lines)
            let text = (lines + (cut ? ["… the rest is in the files"] : [])).joined(separator: "\n")
            return ["kind": problem.kind.rawValue, "text": problem.line, "evidence": Optional(text).orNothing]
        }
        let findings = attempt.diagnosis.prefix(PageBudget.lines).prefix { line in
            left -= line.utf8.count + 1
            return left >= 0
        }
        let place = attempt.boot.map { "on " + $0 } ?? "without a lab"
        let began = DecimalText.seconds(attempt.started - results.run.started)
        return [
            "number": "\(attempt.number)", "kind": mark.rawValue, "sign": mark.sign, "words": mark.words,
            "open": isOpen, "facts": "\(place) at +\(began), took \(DecimalText.seconds(attempt.seconds))",
            "problems": problems, "diagnosis": Optional(findings.joined(separator: "\n")).orNothing,
            "hops": hops(of: attempt, &pictures), "links": links(of: attempt),
        ]
    }

    /// Where its threads were, as far as the page has room for it.
    private func hops(of attempt: Attempt, _ left: inout Int) -> Any {
        guard left > 0, !attempt.folder.isEmpty, let directory,
            let record = HopRecord.read(folder: directory + "/" + attempt.folder), let picture = HopPicture(record)
        else { return false }
        let svg = picture.svg
        left -= svg.utf8.count
        guard left >= 0 else { return false }
        return ["number": "\(attempt.number)", "label": picture.label, "picture": svg]
    }

    /// The folder, and what is in it.
    private func links(of attempt: Attempt) -> [[String: Any]] {
        guard !attempt.folder.isEmpty, directory != nil else { return [] }
        let folder: [String: Any] = [
            "href": PageLink.path(attempt.folder + "/", below: base), "name": attempt.folder + "/", "size": false,
            "first": true,
        ]
        let files = directory.map { CaseFiles.list($0 + "/" + attempt.folder) } ?? []
        return [folder]
            + files.map { file in
                [
                    "href": PageLink.path(attempt.folder + "/" + file.name, below: base), "name": file.name,
                    "size": CaseFiles.size(file.bytes), "first": false,
                ]
            }
    }
}
