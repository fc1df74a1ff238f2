import Results

extension ReportPage {
    func slowerSection() throws -> PageSection? {
        guard !additions.slower.isEmpty else { return nil }
        let known = Set(results.cases.map(\.plan.id))
        let rows: [[String: Any]] = additions.slower.prefix(PageBudget.figures).map { figure in
            let unit = figure.unit.isEmpty ? "" : " " + figure.unit
            return [
                "id": figure.id, "anchor": known.contains(figure.id) ? PageLink.anchor(ofCase: figure.id) : false,
                "figure": figure.figure, "before": DecimalText.short(figure.before) + unit,
                "after": DecimalText.short(figure.after) + unit,
                "change": "\(DecimalText.percent(figure.ratio.lowerBound - 1)) to "
                    + DecimalText.percent(figure.ratio.upperBound - 1), "evidence": figure.evidence,
            ]
        }
        return PageSection(
            id: "slower", title: "Slower", count: additions.slower.count,
            body: try PageTemplate(PageParts.slower).text(["rows": rows]))
    }
}
