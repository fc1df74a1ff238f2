import History
import Report
import Results

/// The cases of a suite by its last runs.
struct MatrixPage {
    var suite: String
    /// The newest first, as columns: what one looks for in the morning is at the beginning.
    var runs: [RunSummary]
    /// By the case's id.
    var verdicts: [String: [CaseVerdict]]
    /// How many runs were asked for.
    var last: Int
    /// Whether cases that passed every time are shown, too.
    var all: Bool
    /// From 1.
    var number: Int

    /// Rows of one page.
    private static let most = 400

    func html() throws -> String {
        let cases = verdicts.keys.sorted()
        let uneven = cases.filter { id in
            verdicts[id]?.contains { $0.verdict != .passed || $0.isFlaky } == true
        }
        let chosen = all ? cases : uneven
        let start = min((number - 1) * Self.most, chosen.count)
        let shown = chosen[start..<min(start + Self.most, chosen.count)]
        let base = "/matrix?suite=\(PageLink.query(suite))&last=\(last)"
        let page = base + (all ? "&all=1" : "")
        let body = try PageTemplate(Self.template).text([
            "legend": Mark.allCases.map { ["kind": $0.rawValue, "sign": $0.sign, "words": $0.words] },
            "columns": runs.map { run in
                let date = DecimalText.utc(run.started)
                return [
                    "id": run.id, "href": Address.run(run.id), "day": String(date.dropFirst(5).prefix(5)),
                    "time": String(date.dropFirst(11).prefix(5)),
                ]
            },
            "rows": shown.map { row($0) }, "isEmpty": shown.isEmpty, "suite": suite,
            "spans": [7, 14, 30, 60].map {
                [
                    "count": "\($0)",
                    "href": "/matrix?suite=\(PageLink.query(suite))&last=\($0)" + (all ? "&all=1" : ""),
                    "isChosen": $0 == last,
                ]
            },
            "other": [
                "href": all ? base : base + "&all=1",
                "text": all ? "only what did not always pass (\(uneven.count))" : "all \(cases.count) cases",
            ],
            "newer": number > 1 ? page + "&page=\(number - 1)" : false,
            "older": start + Self.most < chosen.count ? page + "&page=\(number + 1)" : false,
            "range": chosen.count > Self.most ? "\(start + 1) to \(start + shown.count) of \(chosen.count)" : false,
        ])
        return try PageFrame(
            title: "Nights of \(suite)",
            lead:
                "\(cases.count - uneven.count) of \(cases.count) cases passed in every one of the last \(runs.count) runs",
            links: [SiteLink(name: "Runs of \(suite)", href: "/?suite=\(PageLink.query(suite))")], body: body
        ).html()
    }

    private func row(_ id: String) -> [String: Any] {
        let found = Dictionary((verdicts[id] ?? []).map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
        let cells: [[String: Any]] = runs.map { run in
            guard let one = found[run.id] else { return ["href": false] }
            let mark = Mark(one.verdict, isFlaky: one.isFlaky)
            return [
                "href": Address.runCase(run.id, id), "kind": mark.rawValue, "sign": mark.sign, "words": mark.words,
            ]
        }
        return ["id": id, "href": Address.life(suite: suite, id: id), "cells": cells]
    }

    private static let template = #"""
        <p class="bar-of-actions"><span class="note">Runs:</span> {{#spans}}{{#isChosen}}<strong>{{count}}</strong>{{/isChosen}}{{^isChosen}}<a href="{{href}}">{{count}}</a>{{/isChosen}} {{/spans}}{{#other}}<a href="{{href}}">{{text}}</a>{{/other}}</p>
        <p class="note">{{#legend}}<span class="mark {{kind}}">{{sign}} {{words}}</span>{{^last()}}, {{/last()}}{{/legend}}; empty: the run did not have the case.</p>
        {{#isEmpty}}<p>Nothing to show: every case passed every time.</p>{{/isEmpty}}
        {{^isEmpty}}
        <div class="scroll" role="region" aria-label="Cases by runs of {{suite}}" tabindex="0">
        <table class="nights">
        <thead><tr><th scope="col">Case</th>{{#columns}}<th scope="col"><a href="{{href}}" title="{{id}}">{{day}}<br>{{time}}</a></th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row"><a href="{{href}}">{{id}}</a></th>{{#cells}}<td>{{#href}}<a class="mark {{kind}}" href="{{.}}">{{sign}}<span class="sr"> {{words}}</span></a>{{/href}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        <p class="bar-of-actions">{{#newer}}<a rel="prev" href="{{.}}">before</a>{{/newer}}{{#range}} <span class="note">{{.}}</span>{{/range}}{{#older}} <a rel="next" href="{{.}}">after</a>{{/older}}</p>
        {{/isEmpty}}
        """#
}
