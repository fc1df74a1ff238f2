import History
import Report
import Results
import Support

extension Pages {
    func runsPage(_ query: [String: String]) throws -> String {
        let (lines, notice) = withHistory(nil) { try runs.lines($0) }
        return try RunsPage(
            lines: try lines ?? runs.lines(nil), suite: query["suite"],
            number: Self.number("page", query, in: 1...1_000_000, default: 1), notice: notice, now: now
        ).html()
    }

    func runPage(_ id: String) throws -> String {
        let results = try runs.results(id, history.history)
        let (past, notice) = withHistory((ReportAdditions(), nil)) { history in
            (try settings.additions(results, history), try self.before(results.run, in: history))
        }
        return try RunPage(
            results: results, line: runs.line(id), additions: past.0, directory: runs.directory(id), notice: notice,
            before: past.1, now: now
        ).html()
    }

    private func before(_ run: RunHeader, in history: History) throws -> String? {
        try history.runs(suite: run.suite).first { $0.started < run.started && $0.id != run.id }?.id
    }

    func casePage(run: String, id: String) throws -> String {
        let results = try runs.results(run, history.history)
        return try casePage(suite: results.run.suite, id: id, results: results)
    }

    /// A case as the latest run has it.
    func lifePage(suite: String?, id: String) throws -> String {
        let past = try history.existing()
        let suites = try past.suites(ofCaseOrNone: id)
        guard let suite = suite ?? suites.first, suites.contains(suite) else {
            throw DashboardError.absent("the history has no case '\(id)'" + (suite.map { " of suite '\($0)'" } ?? ""))
        }
        let latest = try past.verdicts(suite: suite, caseID: id, limit: 1).first
        let results = try latest.map { try runs.results($0.run, history.history) }
        return try casePage(suite: suite, id: id, results: results)
    }

    private func casePage(suite: String, id: String, results: RunResults?) throws -> String {
        let directory = results.flatMap { runs.directory($0.run.id) }
        let article = try results.flatMap { results in
            let run = results.run.id
            let life = withHistory(nil) { try $0.life(of: id, in: results).words }.found
            return try ReportPage(
                results, additions: ReportAdditions(lives: life.map { [id: $0] } ?? [:]), directory: directory,
                base: Address.run(run) + "/files", site: ReportSite(head: "") { Address.runCase(run, $0) }
            ).article(ofCase: id)
        }
        let (past, notice) = withHistory(([CaseVerdict](), [FigureHistory]())) { history in
            let names = try history.figures(suite: suite, caseID: id)
            return (
                try history.verdicts(suite: suite, caseID: id),
                try names.map { try FigureHistory(of: FigureKey(suite: suite, caseID: id, name: $0), in: history) }
            )
        }
        guard article != nil || !past.0.isEmpty else {
            throw DashboardError.absent("run '\(results?.run.id ?? "")' has no case '\(id)'")
        }
        var page = CasePage(suite: suite, id: id, results: article == nil ? nil : results, article: article)
        (page.verdicts, page.figures, page.notice) = (past.0, past.1, notice)
        if let results, directory != nil, let one = results.cases.first(where: { $0.plan.id == id }) {
            page.traces = one.attempts.filter { hasTrace(results.run.id, $0.folder) }.map {
                CasePage.Trace(attempt: $0.number, folder: $0.folder)
            }
            page.files = one.attempts.flatMap { nodeFiles(results.run.id, $0) }
        }
        return try page.html()
    }
}

extension History {
    /// The suites that have a case; none if there is no such case.
    fileprivate func suites(ofCaseOrNone id: String) throws -> [String] {
        do {
            return try suites(ofCase: id)
        } catch let error as HistoryError where error.code == .unknown {
            return []
        }
    }
}
