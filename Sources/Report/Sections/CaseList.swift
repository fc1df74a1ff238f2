import Results

extension ReportPage {
    /// The cases that an article shows; their rows in the list have no anchor of their own.
    private var withArticles: Set<String> {
        let lists = [
            results.cases(.failed), results.cases.filter(\.isFlaky), results.cases(.notJudged),
        ]
        return Set(lists.flatMap { $0.prefix(PageBudget.articles).map(\.plan.id) })
    }

    /// Every case, a table for each program of each group.
    func allCases() throws -> PageSection? {
        guard !results.cases.isEmpty else { return nil }
        var groups: [String: [CaseResult]] = [:]
        var order: [String] = []
        for one in results.cases {
            let name = [one.plan.axes["group"], one.plan.axes["program"]].compactMap(\.self).filter { !$0.isEmpty }
                .joined(separator: " / ")
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(one)
        }
        let isShort = results.cases.count <= 100
        let articles = withArticles
        let template = try PageTemplate(PageParts.allCases)
        // Group by group, so that rows of 10,000 cases are not all in memory at once.
        let body = order.enumerated().map { index, name in
            let cases = groups[name] ?? []
            let group: [String: Any] = [
                "name": name.isEmpty ? "cases" : name, "anchor": "group-\(index + 1)", "open": isShort,
                "marks": Self.sums(of: cases), "rows": cases.map { row($0, articles) },
            ]
            return template.text(["groups": [group]])
        }
        return PageSection(id: "cases", title: "All cases", count: results.cases.count, body: body.joined())
    }

    /// How many have each mark.
    static func sums(of cases: [CaseResult]) -> [[String: Any]] {
        let marks = cases.map { Mark($0) }
        return Mark.allCases.compactMap { mark in
            let count = marks.count { $0 == mark }
            return count == 0
                ? nil : ["kind": mark.rawValue, "sign": mark.sign, "words": mark.words, "count": "\(count)"]
        }
    }

    private func row(_ one: CaseResult, _ articles: Set<String>) -> [String: Any] {
        let mark = Mark(one)
        let anchor = PageLink.anchor(ofCase: one.plan.id)
        let isElsewhere = articles.contains(one.plan.id)
        let files = one.attempts.last.map(\.folder).flatMap { $0.isEmpty ? nil : $0 + "/" }
        let href: Any =
            isElsewhere
            ? "#" + anchor
            : site.map { $0.casePage(one.plan.id) }
                ?? (budget.linksFiles && directory != nil ? files.map { PageLink.path($0, below: base) } : nil)
                .orNothing
        let reason = one.isFlaky ? "passed at try \(one.attempts.count)" : one.reasonLine ?? ""
        return [
            "id": isElsewhere ? false : anchor, "href": href, "name": one.plan.id, "kind": mark.rawValue,
            "sign": mark.sign, "words": mark.words,
            "time": one.attempts.isEmpty ? "" : DecimalText.seconds(one.seconds),
            "reason": reason.utf8.count > PageBudget.sentence ? reason.prefix(PageBudget.sentence) + "…" : reason,
        ]
    }
}
