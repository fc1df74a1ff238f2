import Glibc
import Results
import Statistics

/// A figure over time on the platform that it was measured on last, with its noise and its changes.
package struct FigureHistory: Codable, Sendable, Equatable {
    /// By boot, the oldest first.
    package var series: FigureSeries
    /// How much boots of the last thirty runs differ, since the last change; `nil` if there are too few, or not all values are positive.
    package var noise: Noise?
    /// Where the boots' medians become others; an index is one of `series.boots`.
    package var changes: [ChangePoint]

    /// How many runs the noise is learnt from.
    private static let noiseRuns = 30

    /// Reads all of a figure.
    ///
    /// - Parameter platform: only boots of this one; by default that of the latest boot.
    /// - Throws: `HistoryError.unknown` if the history has nothing of this figure.
    package init(of key: FigureKey, like platform: Fingerprint? = nil, in history: History) throws {
        var series = try history.series(of: key, like: platform)
        if platform == nil, let latest = series.boots.last {
            series = try history.series(of: key, like: latest.fingerprint, unit: series.unit)
        }
        self.series = series
        let medians = series.boots.map(\.median)
        let runs = Set(Self.lastRuns(series.boots, Self.noiseRuns))
        noise = Noise(series: series.boots.filter { runs.contains($0.run) }.map(\.median))
        changes = Self.changes(medians)
    }

    private static func lastRuns(_ boots: [BootFigure], _ count: Int) -> ArraySlice<String> {
        var runs: [String] = []
        for boot in boots where runs.last != boot.run { runs.append(boot.run) }
        return runs.suffix(count)
    }

    /// Of ratios, where there are any: a figure's noise is a share of it.
    private static func changes(_ medians: [Double]) -> [ChangePoint] {
        guard medians.allSatisfy({ $0 > 0 }) else { return ChangePoints().find(medians) }
        return ChangePoints().find(medians.map { log($0) }).map { change in
            var change = change
            (change.before, change.after) = (exp(change.before), exp(change.after))
            return change
        }
    }
}
