import FoundationEssentials
import Report
import Results

/// All runs, the newest first, a part of them at a time.
struct RunsPage {
    var lines: [RunLine]
    /// Only this suite's.
    var suite: String?
    /// From 1.
    var number: Int
    /// What the history cannot say, and why; markup.
    var notice: String?
    /// Seconds since 1970.
    var now: Double

    /// Runs of one page.
    private static let most = 100

    func html() throws -> String {
        let chosen = suite.map { suite in lines.filter { $0.suite == suite } } ?? lines
        let start = min((number - 1) * Self.most, chosen.count)
        let shown = chosen[start..<min(start + Self.most, chosen.count)]
        let suites = Set(lines.map(\.suite).filter { !$0.isEmpty }).sorted()
        let newest = shown.first { $0.trouble == nil }
        let others = shown.filter { $0.id != newest?.id && $0.trouble == nil }
        let before = others.first { $0.suite == newest?.suite } ?? others.first
        let goesOn = chosen.filter { $0.isGoingOn }.count
        let query = suite.map { "suite=\(PageLink.query($0))&" } ?? ""
        let body = try PageTemplate(Self.template).text([
            "notice": notice.orNothing, "isEmpty": chosen.isEmpty,
            "suites": suites.map { name in
                ["name": name, "href": "/?suite=\(PageLink.query(name))", "isChosen": name == suite]
            },
            "all": suite == nil ? false : "/", "matrix": suite.map { SiteLink.matrix($0).href }.orNothing,
            "rows": shown.map { row($0, before: before?.id, newest: newest?.id) },
            "canCompare": newest != nil && before != nil, "goesOn": goesOn > 0 ? "/?\(query)follow=1" : false,
            "newer": number > 1 ? "/?\(query)page=\(number - 1)" : false,
            "older": start + Self.most < chosen.count ? "/?\(query)page=\(number + 1)" : false,
            "range": chosen.count > Self.most ? "\(start + 1) to \(start + shown.count) of \(chosen.count)" : false,
        ])
        let lead =
            "\(chosen.count) \(chosen.count == 1 ? "run" : "runs")"
            + (goesOn > 0 ? ", \(goesOn) \(goesOn == 1 ? "goes" : "go") on" : "")
        return try PageFrame(
            title: suite.map { "Runs of \($0)" } ?? "Runs", lead: chosen.isEmpty ? nil : lead,
            links: suite.map { [.matrix($0)] } ?? [], body: body
        ).html()
    }

    private func row(_ line: RunLine, before: String?, newest: String?) -> [String: Any] {
        var row: [String: Any] = [
            "id": line.id, "href": Address.run(line.id), "suite": line.title,
            "suiteHref": "/?suite=\(PageLink.query(line.suite))", "began": DecimalText.utc(line.started),
            "isBefore": line.id == before, "isNewest": line.id == newest, "trouble": line.trouble.orNothing,
            "kind": line.mark.rawValue, "sign": line.mark.sign, "words": line.words,
            "took": line.state == .unfinished ? "" : DecimalText.seconds(line.seconds), "live": false,
        ]
        row["counts"] = [Mark.passed, .flaky, .failed, .notJudged, .notRun].map { mark in
            let count = line.counts[mark] ?? 0
            return ["kind": count == 0 ? "zero" : mark.rawValue, "text": "\(count)"]
        }
        if case .goesOn(let lastSign) = line.life {
            row["live"] = [
                "tried": "\(line.tried)", "cases": "\(line.cases)",
                "sign": RunLine.ago(now - lastSign),
            ]
            row["took"] = RunLine.ago(now - line.started)
        }
        return row
    }

    private static let template = #"""
        {{#notice}}{{{.}}}{{/notice}}
        {{#isEmpty}}
        <p>No run of a suite is here yet. <code>popcorn-lab test SUITE</code> makes one.</p>
        {{/isEmpty}}
        <p class="bar-of-actions"><span class="note">Suites:</span> {{#suites}}{{#isChosen}}<strong>{{name}}</strong>{{/isChosen}}{{^isChosen}}<a href="{{href}}">{{name}}</a>{{/isChosen}} {{/suites}}{{#all}}<a href="{{.}}">all</a> {{/all}}{{#matrix}}<a href="{{.}}">matrix over the nights</a>{{/matrix}}{{#goesOn}} <a href="{{.}}">follow what goes on</a>{{/goesOn}}</p>
        {{^isEmpty}}
        <form action="/compare" method="get">
        {{#canCompare}}<p class="bar-of-actions"><button>Compare A with B</button></p>{{/canCompare}}
        <div class="scroll" role="region" aria-label="Runs" tabindex="0">
        <table class="runs wide">
        <thead><tr><th scope="col">A</th><th scope="col">B</th><th scope="col">Run</th><th scope="col">Suite</th><th scope="col">Began</th><th scope="col">Verdict</th><th scope="col" class="n">Passed</th><th scope="col" class="n">Flaky</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Not judged</th><th scope="col" class="n">Not run</th><th scope="col" class="n">Took</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td><input type="radio" name="a" value="{{id}}" aria-label="Compare {{id}} as A"{{#isBefore}} checked{{/isBefore}}></td><td><input type="radio" name="b" value="{{id}}" aria-label="Compare {{id}} as B"{{#isNewest}} checked{{/isNewest}}></td><th scope="row"><a href="{{href}}">{{id}}</a></th>{{#trouble}}<td colspan="9" class="failed">✗ {{.}}</td>{{/trouble}}{{^trouble}}<td><a href="{{suiteHref}}">{{suite}}</a></td><td><code>{{began}}</code></td><td>{{#live}}<strong>▶ goes on</strong> <progress max="{{cases}}" value="{{tried}}" aria-label="cases tried"></progress> {{tried}} of {{cases}}, last sign {{sign}} ago{{/live}}{{^live}}<span class="mark {{kind}}">{{sign}} {{words}}</span>{{/live}}</td>{{#counts}}<td class="n {{kind}}">{{text}}</td>{{/counts}}<td class="n">{{took}}</td>{{/trouble}}</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        <p class="bar-of-actions">{{#newer}}<a rel="prev" href="{{.}}">newer</a>{{/newer}}{{#range}} <span class="note">{{.}}</span>{{/range}}{{#older}} <a rel="next" href="{{.}}">older</a>{{/older}}</p>
        </form>
        {{/isEmpty}}
        """#
}

extension RunLine {
    /// A length of time that is not over, without more digits than one can read.
    static func ago(_ seconds: Double) -> String {
        let seconds = max(0, seconds.rounded())
        return seconds < 60 ? DecimalText.fixed(seconds, 0) + " s" : DecimalText.seconds(seconds)
    }

    var isGoingOn: Bool { if case .goesOn = life { true } else { false } }

    /// The verdict for people.
    fileprivate var words: String {
        switch life {
        case .lost: "\(tried) of \(cases) cases; its runner is gone"
        case .goesOn: "goes on"
        case .ended: mark.words + (state == .interrupted ? ", interrupted" : "")
        }
    }
}
