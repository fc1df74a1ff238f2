import Results

extension ReportPage {
    /// Figures over many runs.
    func history() throws -> PageSection? {
        let all = additions.series.filter { !$0.points.isEmpty }
        guard !all.isEmpty else { return nil }
        let shown = all.prefix(60)
        let note = shown.count < all.count ? "The first \(shown.count) of \(all.count) figures." : nil
        let figures: [[String: Any]] = shown.map { series in
            let picture = SeriesPicture(series)
            return [
                "id": series.id, "figure": series.figure, "unit": series.unit.isEmpty ? false : series.unit,
                "baseline": series.baseline.map { DecimalText.short($0) }.orNothing,
                "changes": picture.changes.map { "changed by \($0.text) in \($0.run)" }, "picture": picture.svg,
                "points": picture.points.map { point in
                    [
                        "run": point.run, "date": DecimalText.utc(point.date),
                        "median": DecimalText.short(point.median),
                        "low": DecimalText.short(point.low), "high": DecimalText.short(point.high),
                        "note": picture.note(on: point),
                    ]
                },
            ]
        }
        return PageSection(
            id: "history", title: "History", count: all.count,
            body: try PageTemplate(PageParts.history).text(["note": note.orNothing, "figures": figures]))
    }
}

/// A plot of one figure, a place for each run.
package struct SeriesPicture {
    let series: FigureSeries
    /// Those that are shown: the last ones.
    package let points: [FigureSeries.Point]
    /// Those of them where the level changed.
    package let changes: [FigureSeries.Change]
    private let scale: Scale

    private static let most = 120
    private static let width = 1000.0
    private static let left = 64.0
    private static let right = 16.0
    private static let top = 18.0
    private static let plot = 130.0

    /// Lays it out.
    package init(_ series: FigureSeries) {
        self.series = series
        let points = Array(series.points.suffix(Self.most))
        self.points = points
        changes = series.changes.filter { change in points.contains { $0.run == change.run } }
        let values = points.flatMap { [$0.low, $0.median, $0.high] } + (series.baseline.map { [$0] } ?? [])
        scale = Scale(values, start: 0, length: Self.plot, padding: 0.08)
    }

    /// What is to be said of a run in the table; empty if nothing.
    package func note(on point: FigureSeries.Point) -> String {
        let change = changes.first { $0.run == point.run }.map { "changed by \($0.text)" }
        return [point.isLike ? nil : "another platform", change].compactMap(\.self).joined(separator: ", ")
    }

    private func x(_ index: Int) -> Double {
        let room = Self.width - Self.left - Self.right
        return Self.left + room * (Double(index) + 0.5) / Double(points.count)
    }

    private func y(_ value: Double) -> Double { Self.top + Self.plot - scale.place(value) }

    /// The picture, with words for those who do not see it.
    package var svg: String {
        var content: [String] = []
        for tick in scale.ticks(4) {
            content.append(SVG.line(Self.left, y(tick), Self.width - Self.right, y(tick), "grid"))
            content.append(SVG.text(DecimalText.short(tick), Self.left - 6, y(tick) + 4, "value"))
        }
        if let baseline = series.baseline {
            content.append(SVG.line(Self.left, y(baseline), Self.width - Self.right, y(baseline), "baseline"))
        }
        for change in changes {
            guard let index = points.firstIndex(where: { $0.run == change.run }) else { continue }
            let place = index == 0 ? x(0) : (x(index - 1) + x(index)) / 2
            content.append(SVG.line(place, 4, place, Self.top + Self.plot, "change"))
            content.append(SVG.text(change.text, place + 4, 13, "change"))
        }
        let like = points.indices.filter { points[$0].isLike }
        let path = like.map { "\(SVG.number(x($0))) \(SVG.number(y(points[$0].median)))" }
        if path.count > 1 { content.append(#"<path class="series" d="M\#(path.joined(separator: "L"))"/>"#) }
        for (index, point) in points.enumerated() {
            content.append(SVG.line(x(index), y(point.low), x(index), y(point.high), "spread"))
            let words = "\(point.run): \(DecimalText.short(point.median)) \(series.unit)"
            content.append(
                #"<circle class="\#(point.isLike ? "point" : "point unlike")" cx="\#(SVG.number(x(index)))" "#
                    + #"cy="\#(SVG.number(y(point.median)))" r="3"><title>\#(XMLText.escaped(words))</title></circle>"#)
        }
        let bottom = Self.top + Self.plot + 16
        let dates = points.map { String(DecimalText.utc($0.date).prefix(10)) }
        content.append(SVG.text(dates.first ?? "", Self.left, bottom))
        content.append(SVG.text(dates.last ?? "", Self.width - Self.right, bottom, "value"))
        return SVG.picture(width: Self.width, height: bottom + 6, kind: "history", label: label, content)
    }

    private var label: String {
        let medians = points.filter(\.isLike).map(\.median)
        let range =
            medians.isEmpty
            ? ""
            : ", from \(DecimalText.short(medians.min() ?? 0)) to \(DecimalText.short(medians.max() ?? 0)) \(series.unit)"
        return "\(series.figure) of \(series.id) over \(points.count) runs\(range); \(changes.count) changes of level"
    }
}
