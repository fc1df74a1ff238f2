import Report

/// A page around its content. It is whole without a script.
struct PageFrame {
    /// For the window's title, and the heading unless there is another.
    var title: String
    /// Markup of the heading; the title if it is `nil`.
    var heading: String?
    /// A sentence below it.
    var lead: String?
    /// Other pages, besides the list of runs.
    var links: [SiteLink] = []
    /// Markup.
    var body: String
    /// A script of ours, if the page has one.
    var script: String?

    /// - Throws: `ReportError` with `.template`.
    func html() throws -> String {
        try PageTemplate(Self.page).text([
            "style": PageParts.style + "\n" + Self.style, "title": title, "heading": heading.orNothing,
            "lead": lead.orNothing, "site": try SiteLink.head(links), "body": body, "script": script.orNothing,
        ])
    }

    private static let page = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}} · popcorn-lab</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        {{{site}}}
        <header>
        <h1>{{#heading}}{{{.}}}{{/heading}}{{^heading}}{{title}}{{/heading}}</h1>
        {{#lead}}<p class="sentence">{{.}}</p>{{/lead}}
        </header>
        <main id="main">
        {{{body}}}
        </main>
        {{#script}}<script>{{{.}}}</script>{{/script}}
        </body>
        </html>

        """#

    /// What these pages have besides the report's.
    private static let style = #"""
        .runs td,.nights td{font-size:12.5px}
        .runs .zero{color:var(--line)}
        .nights th,.nights td{padding:1px 8px 1px 0}
        .nights thead th{vertical-align:bottom;font-weight:400}
        .nights td{text-align:center}
        .nights tbody th{overflow-wrap:anywhere;min-width:min(48ch,60vw);position:sticky;left:0;background:var(--bg)}
        .runs th,.runs td{white-space:nowrap}
        main table:not(.wide) thead th.n{width:auto}
        td.kind{white-space:nowrap}
        progress{width:10ch;height:.8em;accent-color:var(--link);vertical-align:middle}
        button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--soft);padding:3px 10px;cursor:pointer}
        .bar-of-actions{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:baseline;margin:6px 0}
        .trouble{border-left:3px solid var(--failed);padding:4px 0 4px 12px;margin:8px 0;overflow-wrap:anywhere}
        .faster{color:var(--passed)}
        .strip-of-runs{display:flex;flex-wrap:wrap;gap:0 3px;margin:4px 0 8px;font-family:ui-monospace,monospace}
        input[type=radio]{margin:0;accent-color:var(--link)}
        """#
}

/// A link above a page.
struct SiteLink {
    var name: String
    var href: String

    /// The way to the list of runs, and to other pages; markup.
    ///
    /// - Parameter note: markup beside the links.
    static func head(_ links: [SiteLink], note: String = "") throws -> String {
        try PageTemplate(template).text([
            "links": links.map { ["name": $0.name, "href": $0.href] }, "note": note,
        ])
    }

    private static let template = #"""
        <nav class="site" aria-label="Pages"><ul>
        <li><a href="/">Runs</a></li>
        {{#links}}
        <li><a href="{{href}}">{{name}}</a></li>
        {{/links}}
        </ul>{{{note}}}</nav>
        """#

    static func matrix(_ suite: String) -> SiteLink {
        SiteLink(name: "Nights of \(suite)", href: "/matrix?suite=\(PageLink.query(suite))")
    }

    static func run(_ id: String) -> SiteLink { SiteLink(name: "Run \(id)", href: Address.run(id)) }
}

/// Where pages are.
enum Address {
    static func run(_ id: String) -> String { "/runs/\(PageLink.query(id))" }

    static func runCase(_ run: String, _ id: String) -> String { Self.run(run) + "/case?id=\(PageLink.query(id))" }

    static func life(suite: String, id: String) -> String {
        "/case?suite=\(PageLink.query(suite))&id=\(PageLink.query(id))"
    }

    static func figure(suite: String, id: String, name: String) -> String {
        "/figure?suite=\(PageLink.query(suite))&id=\(PageLink.query(id))&name=\(PageLink.query(name))"
    }

    static func compare(_ old: String, _ new: String) -> String {
        "/compare?a=\(PageLink.query(old))&b=\(PageLink.query(new))"
    }

    /// - Parameter path: below the run's directory; a folder's ends with a slash.
    static func file(_ run: String, _ path: String) -> String { PageLink.path(path, below: Self.run(run) + "/files/") }

    static func trace(_ run: String, folder: String) -> String {
        Self.run(run) + "/trace?folder=\(PageLink.query(folder))"
    }

    static func traceFile(_ run: String, folder: String) -> String {
        Self.run(run) + "/trace.json?folder=\(PageLink.query(folder))"
    }
}
