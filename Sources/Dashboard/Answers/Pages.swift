import FoundationEssentials
import History
import Report
import Results
import Support

/// All pages: finds what an address means, and makes it from what the disk has at that moment.
struct Pages: Sendable {
    let settings: DashboardSettings
    let runs: RunShelf
    let history: HistoryShelf

    init(_ settings: DashboardSettings) {
        self.settings = settings
        runs = RunShelf(directory: settings.runs)
        history = HistoryShelf(path: settings.history)
    }

    var now: Double { Date().timeIntervalSince1970 }

    /// - Throws: `DashboardError.absent` if there is no such page; what went wrong, if it cannot be made.
    func answer(_ target: Target) throws -> Answer {
        let query = target.query
        switch (target.path.first, target.path.count) {
        case (nil, 0): return .page(try runsPage(query))
        case ("runs", 1): return .elsewhere("/")
        case ("case", 1): return .page(try lifePage(suite: query["suite"], id: try Self.wanted("id", query)))
        case ("figure", 1): return .page(try figurePage(query))
        case ("matrix", 1): return .page(try matrixPage(query))
        case ("compare", 1): return .page(try comparePage(query))
        case ("runs", 2): return .page(try runPage(target.path[1]), policy: .report)
        case ("runs", 3...) where target.path[2] == "files": return try file(target)
        case ("runs", 3): return try runPart(target.path[1], target.path[2], query)
        default: throw DashboardError.absent("there is no page of this address")
        }
    }

    private func runPart(_ run: String, _ part: String, _ query: [String: String]) throws -> Answer {
        switch part {
        case "case": return .page(try casePage(run: run, id: try Self.wanted("id", query)))
        case "trace":
            let folder = try traceFolder(run, query)
            return .page(try TracePage(run: run, folder: folder).html(), policy: .trace)
        case "trace.json": return try trace(run, folder: try traceFolder(run, query))
        default: throw DashboardError.absent("there is no page of this address")
        }
    }

    static func wanted(_ name: String, _ query: [String: String]) throws -> String {
        guard let value = query[name], !value.isEmpty else {
            throw DashboardError.absent("the address does not say which \(name)")
        }
        return value
    }

    /// A number of a query, within bounds.
    static func number(_ name: String, _ query: [String: String], in range: ClosedRange<Int>, default usual: Int) -> Int
    {
        query[name].flatMap { Int($0) }.map { min(max($0, range.lowerBound), range.upperBound) } ?? usual
    }

    /// What is shown without the history if that cannot be used, with a notice in its place.
    func withHistory<Found>(_ fallback: Found, _ body: (History) throws -> Found) -> (found: Found, notice: String?) {
        do {
            return (try history.history().map(body) ?? fallback, nil)
        } catch {
            return (fallback, try? TroublePage(title: "", error).notice())
        }
    }
}
