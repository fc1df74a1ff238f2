import Report
import Results
import Statistics

/// Two runs side by side.
struct ComparePage {
    var old: RunResults
    var new: RunResults

    /// Rows of a table.
    private static let most = 400

    func html() throws -> String {
        let comparison = RunComparison(old, new)
        let alike = comparison.figures.filter { if case .unlike = $0.outcome { false } else { true } }
        let body = try PageTemplate(Self.template).text([
            "a": side(old), "b": side(new),
            "suites": old.run.suite == new.run.suite ? false : "\(old.run.suite) and \(new.run.suite)",
            "changes": comparison.changes.isEmpty
                ? false
                : [
                    "rows": comparison.changes.prefix(Self.most).map { row($0) },
                    "more": more(comparison.changes.count),
                ],
            "same": comparison.changes.isEmpty, "unlike": unlike(comparison.figures),
            "figures": alike.isEmpty
                ? false : ["rows": alike.prefix(Self.most).map { row($0) }, "more": more(alike.count)],
        ])
        let slower = alike.count { if case .compared(_, .slower) = $0.outcome { true } else { false } }
        let count = comparison.changes.count
        return try PageFrame(
            title: "\(new.run.id) against \(old.run.id)", heading: "Two runs compared",
            lead:
                "\(count) \(count == 1 ? "case has" : "cases have") another verdict; \(slower) of \(alike.count) figures are slower",
            links: [.matrix(new.run.suite)], body: body
        ).html()
    }

    private func side(_ run: RunResults) -> [String: Any] {
        [
            "id": run.run.id, "href": Address.run(run.run.id), "began": DecimalText.utc(run.run.started),
            "sentence": run.sentence,
        ]
    }

    private func more(_ count: Int) -> Any { count > Self.most ? "\(count - Self.most)" : false }

    private func row(_ change: RunComparison.Change) -> [String: Any] {
        func told(_ mark: Mark?) -> [String: String] {
            ["kind": mark?.rawValue ?? "not-run", "text": mark.map { "\($0.sign) \($0.words)" } ?? "absent"]
        }
        return [
            "id": change.id, "href": Address.runCase(change.after == nil ? old.run.id : new.run.id, change.id),
            "before": told(change.before), "after": told(change.after), "reason": change.reason ?? "",
        ]
    }

    /// Platforms that differ, with how many figures that concerns.
    private func unlike(_ figures: [RunComparison.Figure]) -> [[String: Any]] {
        var counts: [[String]: Int] = [:]
        for figure in figures {
            if case .unlike(let fields) = figure.outcome { counts[fields, default: 0] += 1 }
        }
        return counts.sorted { ($1.value, $0.key.joined()) < ($0.value, $1.key.joined()) }.map { fields, count in
            ["count": "\(count) \(count == 1 ? "figure is" : "figures are")", "fields": fields]
        }
    }

    private func row(_ figure: RunComparison.Figure) -> [String: Any] {
        var row: [String: Any] = [
            "id": figure.id, "name": figure.name, "unit": figure.unit,
            "href": Address.figure(suite: new.run.suite, id: figure.id, name: figure.name),
            "before": DecimalText.short(Robust.median(figure.before)), "oldBoots": "\(figure.before.count)",
            "after": DecimalText.short(Robust.median(figure.after)), "newBoots": "\(figure.after.count)",
            "ratio": "", "interval": "", "kind": "", "words": "",
        ]
        switch figure.outcome {
        case .compared(let comparison, let word):
            row["ratio"] = DecimalText.fixed(comparison.ratio, 3)
            row["interval"] = "\(DecimalText.fixed(comparison.low, 3)) to \(DecimalText.fixed(comparison.high, 3))"
            (row["kind"], row["words"]) = Self.words(word, figure.better)
        case .tooFew: row["words"] = "too few boots"
        case .notPositive: row["words"] = "values not above zero have no ratio"
        case .unlike: break
        }
        return row
    }

    private static func words(_ word: SpeedClass, _ better: Measurement.Direction) -> (String, String) {
        if better == .neither { return ("", "not judged") }
        return switch word {
        case .slower: ("slower", "▲ slower")
        case .faster: ("faster", "▼ faster")
        case .unchanged: ("", "unchanged")
        case .undecided: ("", "undecided")
        }
    }

    private static let template = #"""
        <table>
        <thead><tr><th scope="col"><span class="sr">Side</span></th><th scope="col">Run</th><th scope="col">Began</th><th scope="col">Cases</th></tr></thead>
        <tbody>
        {{#a}}<tr><th scope="row">A, before</th><td><a href="{{href}}"><code>{{id}}</code></a></td><td><code>{{began}}</code></td><td>{{sentence}}</td></tr>{{/a}}
        {{#b}}<tr><th scope="row">B, after</th><td><a href="{{href}}"><code>{{id}}</code></a></td><td><code>{{began}}</code></td><td>{{sentence}}</td></tr>{{/b}}
        </tbody>
        </table>
        {{#suites}}<p class="trouble">These are runs of different suites, {{.}}; cases of the same name need not be the same.</p>{{/suites}}
        <section id="verdicts" aria-labelledby="h-verdicts">
        <h2 id="h-verdicts">Verdicts</h2>
        {{#same}}<p>Every case has the same verdict in both.</p>{{/same}}
        {{#changes}}
        <div class="scroll" role="region" aria-label="Cases with another verdict" tabindex="0">
        <table class="wide">
        <thead><tr><th scope="col">Case</th><th scope="col">A</th><th scope="col">B</th><th scope="col">What is wrong in B</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row"><a href="{{href}}">{{id}}</a></th>{{#before}}<td class="mark {{kind}}">{{text}}</td>{{/before}}{{#after}}<td class="mark {{kind}}">{{text}}</td>{{/after}}<td>{{reason}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{#more}}<p class="note">and {{.}} more</p>{{/more}}
        {{/changes}}
        </section>
        <section id="figures" aria-labelledby="h-figures">
        <h2 id="h-figures">Figures</h2>
        {{#unlike}}
        <div class="trouble"><p>{{count}} not compared: the platforms differ.</p><ul>{{#fields}}<li><code>{{.}}</code></li>{{/fields}}</ul></div>
        {{/unlike}}
        {{#figures}}
        <p class="note">Ratio: B over A, of the medians of boots, with its interval of 95 %. It needs ten boots together, and two of each run.</p>
        <div class="scroll" role="region" aria-label="Figures of both runs" tabindex="0">
        <table class="wide">
        <thead><tr><th scope="col">Case</th><th scope="col">Figure</th><th scope="col" class="n">A</th><th scope="col" class="n">Boots</th><th scope="col" class="n">B</th><th scope="col" class="n">Boots</th><th scope="col">Unit</th><th scope="col" class="n">Ratio</th><th scope="col" class="n">Interval</th><th scope="col">Verdict</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{id}}</th><td><a href="{{href}}"><code>{{name}}</code></a></td><td class="n">{{before}}</td><td class="n">{{oldBoots}}</td><td class="n">{{after}}</td><td class="n">{{newBoots}}</td><td>{{unit}}</td><td class="n">{{ratio}}</td><td class="n">{{interval}}</td><td class="kind {{kind}}">{{words}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{#more}}<p class="note">and {{.}} more</p>{{/more}}
        {{/figures}}
        </section>
        """#
}
