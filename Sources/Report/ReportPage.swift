import FoundationEssentials
import Results
import Support

/// A run as one HTML file, which needs no other and no script.
package struct ReportPage: Sendable {
    let results: RunResults
    let additions: ReportAdditions
    /// The run's directory on this disk, whose files are listed.
    let directory: String?
    /// What the run's directory is for links of the page; empty, or ends with a slash.
    let base: String
    let budget: PageBudget
    /// What the page is a part of; `nil` if it stands alone.
    let site: ReportSite?

    /// - Parameters:
    ///   - directory: the run's directory, whose files the page links; `nil` if there is none.
    ///   - site: the pages beside it, of which there are none for a file.
    ///   - base: how the page's own place leads to `directory`: empty if it lies there, else a path, without a slash at its end.
    package init(
        _ results: RunResults, additions: ReportAdditions = ReportAdditions(), directory: String? = nil,
        base: String = "", site: ReportSite? = nil
    ) {
        self.results = results
        self.additions = additions
        self.directory = directory
        self.base = base.isEmpty || base.hasSuffix("/") ? base : base + "/"
        budget = PageBudget(results)
        self.site = site
    }

    /// The file.
    ///
    /// - Throws: `ReportError` with `.template`.
    package func html() throws -> String {
        let exit = RunExit(of: results, isSlower: !additions.slower.isEmpty)
        let sections = try [
            failures(), slowerSection(), flaky(), notJudged(), notRun(), matrix(), timeline(), distributions(),
            history(),
            allCases(), environment(), reproduction(),
        ].compactMap(\.self)
        let run = results.run
        return try PageTemplate(PageParts.page).text([
            "style": PageParts.style, "script": PageParts.script, "policy": Self.policy,
            "site": (site?.head).orNothing, "title": "\(results.title): \(exit.words)", "suite": results.title,
            "run": run.id,
            "verdict": exit.words, "kind": exit.kind, "sentence": results.sentence,
            "began": DecimalText.utc(run.started), "took": DecimalText.seconds(results.seconds), "seed": "\(run.seed)",
            "version": run.version, "boots": "\(results.boots.count)", "tasks": (results.tasks?.sentence).orNothing,
            "file": run.suiteFile,
            "nav": sections.map { ["id": $0.id, "title": $0.title, "count": $0.count.map { "\($0)" }.orNothing] },
            "sections": sections.map { ["id": $0.id, "title": $0.title, "body": $0.body] },
        ])
    }

    /// What a page may load and run: its own style, and its own script by its digest. So nothing that a guest says can become
    /// a script, even if it slipped past the escaping.
    package static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src \(allowing(script: PageParts.script)); "
        + "base-uri 'none'; form-action 'none'"

    /// A script of a page as a source that its policy allows: `'sha256-…'`.
    package static func allowing(script: String) -> String {
        let digits = Array(SHA256.hex(of: Array(script.utf8)).utf8)
        let digest = stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }
}

/// The pages that a run's page is one of.
package struct ReportSite: Sendable {
    /// Markup above the page: the way to the others.
    package var head: String
    /// Where the page of a case is, by the case's id.
    package var casePage: @Sendable (String) -> String

    /// Takes both as they are.
    package init(head: String, casePage: @escaping @Sendable (String) -> String) {
        self.head = head
        self.casePage = casePage
    }
}

/// A section of the page, which the navigation names.
struct PageSection {
    var id: String
    var title: String
    /// How many things it has, if that is worth knowing before one goes there.
    var count: Int?
    /// Markup.
    var body: String
}

extension RunExit {
    /// The class of its colour.
    var kind: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .notJudged: "not-judged"
        case .nothingRun: "not-run"
        case .slower: "slower"
        }
    }
}
