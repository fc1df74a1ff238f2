import History
import Report
import Results

/// A run's page: the report's, with the way to the others.
struct RunPage {
    var results: RunResults
    var line: RunLine?
    var additions: ReportAdditions
    var directory: String?
    /// What the history cannot say, and why; markup.
    var notice: String?
    /// The run of the suite before this one.
    var before: String?
    /// Seconds since 1970.
    var now: Double

    func html() throws -> String {
        let id = results.run.id
        var links = [SiteLink.matrix(results.run.suite)]
        if let before { links.append(SiteLink(name: "Compare with \(before)", href: Address.compare(before, id))) }
        if directory != nil { links.append(SiteLink(name: "Files", href: Address.file(id, ""))) }
        let head = try SiteLink.head(links, note: try live() + (notice ?? ""))
        let site = ReportSite(head: head) { Address.runCase(id, $0) }
        return try ReportPage(
            results, additions: additions, directory: directory, base: Address.run(id) + "/files", site: site
        ).html()
    }

    /// How far a run that goes on has come.
    private func live() throws -> String {
        guard let line, case .goesOn(let lastSign) = line.life else { return "" }
        return try PageTemplate(Self.template).text([
            "tried": "\(line.tried)", "cases": "\(line.cases)", "follow": Address.run(line.id) + "?follow=1",
            "sign": RunLine.ago(now - lastSign),
        ])
    }

    private static let template = #"""
        <p role="status"><strong>▶ This run goes on:</strong> <progress max="{{cases}}" value="{{tried}}" aria-label="cases tried"></progress> {{tried}} of {{cases}} cases, last sign {{sign}} ago. <a href="{{follow}}">Follow it</a></p>
        """#
}
