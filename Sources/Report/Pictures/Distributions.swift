import History
import Results
import Statistics

extension ReportPage {
    /// The figures of the run: what several repetitions of a case measured, boot by boot.
    func distributions() throws -> PageSection? {
        let all = FigureRow.all(of: results, first: additions.slower)
        guard !all.isEmpty else { return nil }
        // Where room is short, those with a spread are the ones to see.
        let isShort = all.count > PageBudget.figures
        let sorted = isShort ? all.filter { $0.count > 1 } + all.filter { $0.count == 1 } : all
        let shown = sorted.prefix(PageBudget.figures)
        let note =
            shown.count < all.count
            ? "\(shown.count) of \(all.count) rows, first those with more than one sample. All figures are in the run's results."
            : nil
        var last: String?
        let rows: [[String: Any]] = shown.map { row in
            defer { last = row.name }
            return [
                "id": row.name, "name": row.name == last ? false : row.name,
                "anchor": PageLink.anchor(ofCase: row.first), "figure": row.figure, "unit": row.unit,
                "median": DecimalText.short(row.median), "boots": "\(row.boots.count)", "samples": "\(row.count)",
                "min": DecimalText.short(row.low), "max": DecimalText.short(row.high), "picture": row.picture,
            ]
        }
        return PageSection(
            id: "figures", title: "Figures",
            body: try PageTemplate(PageParts.distributions).text(["note": note.orNothing, "rows": rows]))
    }
}

/// One figure of a case and its repetitions.
private struct FigureRow {
    var name: String
    /// The id of the first of its cases.
    var first: String
    var figure: String
    var unit: String
    /// Samples by boot, in the order of the boots.
    var boots: [(id: String, values: [Double])] = []

    private struct Key: Hashable {
        var name: String
        var figure: String
        var unit: String
    }

    static func all(of results: RunResults, first slower: [SlowFigure]) -> [FigureRow] {
        var rows: [Key: FigureRow] = [:]
        var order: [Key] = []
        for one in results.cases {
            let name = name(of: one.plan)
            for set in SampleSet.all(of: one) {
                let unit = set.measurement.unit
                let key = Key(name: name, figure: set.name, unit: unit)
                if rows[key] == nil { order.append(key) }
                let fresh = FigureRow(name: name, first: one.plan.id, figure: set.name, unit: unit)
                rows[key, default: fresh].add(set.measurement.values, of: set.boot ?? "")
            }
        }
        let isSlow = Set(slower.map(\.id))
        let all = order.compactMap { rows[$0] }.filter { $0.count > 0 }
        let (marked, others) = (all.filter(isSlow.touches), all.filter { !isSlow.touches($0) })
        return marked + others
    }

    /// Repetitions of a case have one name.
    private static func name(of plan: PlannedCase) -> String {
        guard let repetition = plan.axes["repetition"], plan.id.hasSuffix("/" + repetition) else { return plan.id }
        return String(plan.id.dropLast(repetition.count + 1))
    }

    private mutating func add(_ values: [Double], of boot: String) {
        let finite = values.filter { $0.isFinite && abs($0) < 1e15 }
        guard !finite.isEmpty else { return }
        if let index = boots.firstIndex(where: { $0.id == boot }) {
            boots[index].values += finite
        } else {
            boots.append((boot, finite))
        }
    }

    private var values: [Double] { boots.flatMap(\.values) }
    var count: Int { boots.reduce(0) { $0 + $1.values.count } }
    var low: Double { values.min() ?? .nan }
    var high: Double { values.max() ?? .nan }
    /// Of the boots' medians: samples of one boot are not independent.
    var median: Double { Robust.median(boots.map { Robust.median($0.values) }) }

    /// A line for each boot: all samples as dots if they are few, else from the least to the greatest, with the middle half
    /// thick. The tick is the median.
    var picture: String {
        guard count > 1 else { return "" }
        let shown = boots.prefix(8)
        let (width, lane) = (220.0, shown.count > 4 ? 7.0 : 10.0)
        let scale = Scale([low, high], start: 4, length: width - 8)
        var content: [String] = []
        for (index, boot) in shown.enumerated() {
            let y = (Double(index) + 0.5) * lane
            let sorted = boot.values.sorted()
            if sorted.count <= 12 {
                for value in sorted {
                    let x = SVG.number(scale.place(value))
                    content.append(#"<circle cx="\#(x)" cy="\#(SVG.number(y))" r="2"/>"#)
                }
            } else {
                content.append(SVG.line(scale.place(sorted[0]), y, scale.place(sorted[sorted.count - 1]), y, "thin"))
                let (first, third) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
                content.append(SVG.line(scale.place(first), y, scale.place(third), y, "thick"))
            }
            let x = scale.place(Robust.median(sorted))
            content.append(SVG.line(x, y - lane / 2 + 1, x, y + lane / 2 - 1, "median"))
        }
        let label = boots.map { "\($0.id): median \(DecimalText.short(Robust.median($0.values)))" }.joined(
            separator: ", ")
        let height = lane * Double(shown.count)
        return SVG.picture(width: width, height: height, kind: "strip", label: label, content)
    }
}

extension Set<String> {
    fileprivate func touches(_ row: FigureRow) -> Bool { contains(row.name) || contains(row.first) }
}
