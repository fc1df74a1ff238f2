import History
import Report
import Results

/// A case: what one run says of it, and its life over all runs.
struct CasePage {
    struct Trace {
        var attempt: Int
        var folder: String
    }

    /// A file deeper in a try's folder than what the report lists.
    struct File {
        var attempt: Int
        /// Below the try's folder.
        var name: String
        var href: String
        /// In bytes.
        var size: Int64
    }

    var suite: String
    var id: String
    /// The run that is shown; `nil` if there is none to show.
    var results: RunResults?
    /// Markup of what that run says.
    var article: String?
    var traces: [Trace] = []
    var files: [File] = []
    /// The newest first.
    var verdicts: [CaseVerdict] = []
    var figures: [FigureHistory] = []
    var notice: String?

    /// Runs of the table.
    private static let most = 60

    func html() throws -> String {
        let run = results?.run.id
        let body = try PageTemplate(Self.template).text([
            "notice": notice.orNothing, "article": article.orNothing, "run": run.orNothing,
            "runHref": run.map(Address.run).orNothing,
            "traces": traces.map { trace in
                [
                    "number": "\(trace.attempt)", "open": Address.trace(run ?? "", folder: trace.folder),
                    "file": Address.traceFile(run ?? "", folder: trace.folder),
                ]
            }, "hasTraces": !traces.isEmpty,
            "files": files.map { file in
                [
                    "name": "try \(file.attempt): \(file.name)", "href": file.href,
                    "size": CaseFiles.size(Int(file.size)),
                ]
            }, "hasFiles": !files.isEmpty,
            "life": verdicts.isEmpty ? false : ["strip": strip, "rows": verdicts.prefix(Self.most).map { row($0) }],
            "figures": figures.isEmpty ? false : ["rows": figures.map { row($0) }],
        ])
        return try PageFrame(
            title: id, heading: try PageTemplate("<code>{{id}}</code>").text(["id": id]), lead: lead,
            links: (run.map { [.run($0)] } ?? []) + [.matrix(suite)], body: body
        ).html()
    }

    private var lead: String? {
        guard !verdicts.isEmpty else { return nil }
        let judged = verdicts.filter { $0.verdict == .passed || $0.verdict == .failed }
        let passed = judged.count { $0.verdict == .passed }
        let flaky = judged.count(where: \.isFlaky)
        return "Passed in \(passed) of the \(judged.count) runs that judged it"
            + (flaky > 0 ? ", \(flaky) times flaky" : "")
    }

    private var strip: [[String: Any]] {
        verdicts.prefix(Self.most).reversed().map { one in
            let mark = Mark(one.verdict, isFlaky: one.isFlaky)
            return [
                "href": Address.runCase(one.run, id), "kind": mark.rawValue, "sign": mark.sign,
                "words": "\(one.run): \(mark.words)",
            ]
        }
    }

    private func row(_ one: CaseVerdict) -> [String: Any] {
        let mark = Mark(one.verdict, isFlaky: one.isFlaky)
        return [
            "run": one.run, "href": Address.runCase(one.run, id), "began": DecimalText.utc(one.started),
            "kind": mark.rawValue, "sign": mark.sign, "words": mark.words,
            "took": one.seconds.map { DecimalText.seconds($0) } ?? "", "isShown": one.run == results?.run.id,
        ]
    }

    private func row(_ past: FigureHistory) -> [String: Any] {
        let series = Report.FigureSeries(past)
        let change = series.changes.last.map { "\($0.text) since \($0.run)" }
        return [
            "name": series.figure, "href": Address.figure(suite: suite, id: id, name: series.figure),
            "unit": series.unit, "latest": series.points.last.map { DecimalText.short($0.median) } ?? "",
            "boots": "\(past.series.boots.count)", "runs": "\(series.points.count)",
            "noise": past.noise.map { DecimalText.fixed($0.share * 100, 1) + " %" } ?? "", "change": change ?? "",
        ]
    }

    private static let template = #"""
        {{#notice}}{{{.}}}{{/notice}}
        {{#article}}
        <section id="run" aria-labelledby="h-run">
        <h2 id="h-run">In run <a href="{{runHref}}"><code>{{run}}</code></a></h2>
        {{{article}}}
        {{#hasFiles}}
        <details open><summary>Kernel logs and what else nodes left</summary>
        {{#files}}
        <p class="files"><a href="{{href}}"><code>{{name}}</code></a> <span class="size">{{size}}</span></p>
        {{/files}}
        </details>
        {{/hasFiles}}
        {{#hasTraces}}
        <p class="bar-of-actions">Traces:{{#traces}} <span>try {{number}}: <a href="{{open}}">open in Perfetto</a>, <a href="{{file}}">download</a></span>{{/traces}}</p>
        {{/hasTraces}}
        </section>
        {{/article}}
        {{#life}}
        <section id="life" aria-labelledby="h-life">
        <h2 id="h-life">Over all runs</h2>
        <p class="strip-of-runs" aria-hidden="true">{{#strip}}<a tabindex="-1" class="mark {{kind}}" href="{{href}}" title="{{words}}">{{sign}}</a>{{/strip}}</p>
        <div class="scroll" role="region" aria-label="Verdicts over all runs" tabindex="0">
        <table>
        <thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col">Verdict</th><th scope="col" class="n">Took</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr{{#isShown}} class="differs" aria-current="true"{{/isShown}}><th scope="row"><a href="{{href}}">{{run}}</a></th><td><code>{{began}}</code></td><td class="{{kind}}">{{sign}} {{words}}</td><td class="n">{{took}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        </section>
        {{/life}}
        {{#figures}}
        <section id="figures" aria-labelledby="h-figures">
        <h2 id="h-figures">Figures over time</h2>
        <div class="scroll" role="region" aria-label="Figures" tabindex="0">
        <table>
        <thead><tr><th scope="col">Figure</th><th scope="col" class="n">Latest</th><th scope="col">Unit</th><th scope="col" class="n">Runs</th><th scope="col" class="n">Boots</th><th scope="col" class="n">Noise</th><th scope="col">Last change</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td class="n">{{latest}}</td><td>{{unit}}</td><td class="n">{{runs}}</td><td class="n">{{boots}}</td><td class="n">{{noise}}</td><td>{{change}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        </section>
        {{/figures}}
        """#
}
