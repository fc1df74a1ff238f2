import History
import Results
import Support

extension Pages {
    /// How many runs a matrix has at most.
    private static let mostRuns = 200

    func figurePage(_ query: [String: String]) throws -> String {
        let key = FigureKey(
            suite: try Self.wanted("suite", query), caseID: try Self.wanted("id", query),
            name: try Self.wanted("name", query))
        do {
            return try FigurePage(past: try FigureHistory(of: key, in: try history.existing())).html()
        } catch let error as HistoryError where error.code == .unknown {
            throw DashboardError.absent(error.summary)
        }
    }

    func matrixPage(_ query: [String: String]) throws -> String {
        let suite = try Self.wanted("suite", query)
        let past = try history.existing()
        let last = Self.number("last", query, in: 1...Self.mostRuns, default: 14)
        let runs = try past.runs(suite: suite, limit: last)
        guard !runs.isEmpty else { throw DashboardError.absent("the history has no run of suite '\(suite)'") }
        return try MatrixPage(
            suite: suite, runs: runs, verdicts: try past.verdicts(inRuns: runs.map(\.id)), last: last,
            all: query["all"] != nil, number: Self.number("page", query, in: 1...1_000_000, default: 1)
        ).html()
    }

    func comparePage(_ query: [String: String]) throws -> String {
        try ComparePage(
            old: try runs.results(try Self.wanted("a", query), history.history),
            new: try runs.results(try Self.wanted("b", query), history.history)
        ).html()
    }
}
