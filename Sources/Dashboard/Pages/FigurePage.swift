import History
import Report
import Results

/// A figure over all runs: a plot, and the numbers beneath.
struct FigurePage {
    var past: FigureHistory

    func html() throws -> String {
        let key = past.series.key
        let series = Report.FigureSeries(past)
        let picture = SeriesPicture(series)
        let boots = Dictionary(grouping: past.series.boots, by: \.run)
        let unlike = Dictionary(grouping: past.series.leftOut, by: \.differences).sorted {
            $0.value.count > $1.value.count
        }
        let unit = series.unit.isEmpty ? "" : " " + series.unit
        let body = try PageTemplate(Self.template).text([
            "picture": picture.svg, "figure": series.figure, "unit": series.unit.isEmpty ? "no unit" : series.unit,
            "baseline": series.baseline.map { DecimalText.short($0) + unit }.orNothing,
            "noise": past.noise.map { DecimalText.fixed($0.share * 100, 1) + " %" }.orNothing,
            "changes": picture.changes.map { ["text": $0.text, "run": $0.run, "href": Address.run($0.run)] },
            "unlike": unlike.map { differences, boots in
                [
                    "count": boots.count == 1 ? "1 boot" : "\(boots.count) boots",
                    "fields": differences.joined(separator: "; "),
                ]
            },
            "rows": picture.points.reversed().map { point in
                [
                    "run": point.run, "href": Address.runCase(point.run, key.caseID),
                    "date": DecimalText.utc(point.date),
                    "median": DecimalText.short(point.median), "low": DecimalText.short(point.low),
                    "high": DecimalText.short(point.high), "boots": "\(boots[point.run]?.count ?? 0)",
                    "note": picture.note(on: point),
                ]
            },
        ])
        let heading = try PageTemplate("<code>{{figure}}</code> of <code>{{id}}</code>").text([
            "figure": series.figure, "id": key.caseID,
        ])
        return try PageFrame(
            title: "\(series.figure) of \(key.caseID)", heading: heading,
            lead: "\(past.series.boots.count) boots in \(series.points.count) runs of \(key.suite)",
            links: [
                SiteLink(name: "The case", href: Address.life(suite: key.suite, id: key.caseID)), .matrix(key.suite),
            ], body: body
        ).html()
    }

    private static let template = #"""
        <p class="note">{{unit}}; a bar spans the boots of a run, the point is their median{{#baseline}}; dashed: {{.}}, the median of the earlier runs{{/baseline}}{{#noise}}; boots differ by {{.}}{{/noise}}.</p>
        {{#changes}}
        <p><strong class="slower">{{text}}</strong> since <a href="{{href}}"><code>{{run}}</code></a></p>
        {{/changes}}
        {{#unlike}}
        <p class="note">Left out, since it is of another platform: {{count}}, {{fields}}</p>
        {{/unlike}}
        <div class="scroll" role="region" aria-label="Plot of {{figure}}" tabindex="0">
        {{{picture}}}
        </div>
        <div class="scroll" role="region" aria-label="Numbers" tabindex="0">
        <table>
        <thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col" class="n">Boots</th><th scope="col" class="n">Median</th><th scope="col" class="n">Low</th><th scope="col" class="n">High</th><th scope="col">Note</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row"><a href="{{href}}">{{run}}</a></th><td><code>{{date}}</code></td><td class="n">{{boots}}</td><td class="n">{{median}}</td><td class="n">{{low}}</td><td class="n">{{high}}</td><td>{{note}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        """#
}
