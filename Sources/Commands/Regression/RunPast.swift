import FoundationEssentials
import History
import Report
import Results
import Statistics
import Support

/// What the history says of a run: the lives of its cases, and what became slower.
struct RunPast {
    private(set) var lives: [String: CaseLife] = [:]
    private(set) var speed: SpeedVerdicts?
    private var series: [Report.FigureSeries] = []

    /// How many figures a page shows over time.
    private static let mostSeries = 24

    /// No history.
    init() {}

    /// - Parameter withSeries: whether figures over time are wanted, too.
    /// - Throws: `HistoryError` if the history cannot be read.
    init(of results: RunResults, in history: History, withSeries: Bool = false) throws {
        lives = try history.lives(in: results)
        let speed = try SpeedVerdicts(of: results, in: history)
        self.speed = speed
        guard withSeries else { return }
        let told = (speed.slower + speed.faster).map(\.key)
        let names = ["wall", ReferenceFigure.ratio("wall")]
        let walls = speed.judged.map(\.key).filter { names.contains($0.name) && !told.contains($0) }
        series = (told + walls).prefix(Self.mostSeries).compactMap { key in
            (try? FigureHistory(of: key, in: history)).map { Report.FigureSeries($0) }
        }
    }

    /// The same, once fresh boots have had a second look at what became slower.
    mutating func confirm(by fresh: SpeedVerdicts) { speed = speed?.confirmed(by: fresh) }

    /// For results in all their formats.
    var slower: [SlowFigure] {
        (speed?.slower ?? []).map { judged in
            let comparison = judged.comparison
            let evidence = "\(comparison.newBoots) boots against \(comparison.oldBoots) before"
            let noise = judged.noise.map { ", which differ by \(Self.percent($0.share))" } ?? ""
            return SlowFigure(
                id: judged.key.caseID, figure: judged.key.name, unit: judged.unit, before: judged.before,
                after: judged.after,
                ratio: min(comparison.low, comparison.high)...max(comparison.low, comparison.high),
                evidence: evidence + noise)
        }
    }

    /// For the page.
    var additions: ReportAdditions {
        ReportAdditions(lives: lives.compactMapValues(\.words), slower: slower, series: series)
    }

    private static func percent(_ share: Double) -> String {
        (share >= 0 ? "+" : "-") + Fixed.text(abs(share) * 100, 1) + " %"
    }
}
