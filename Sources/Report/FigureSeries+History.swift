import History
import Results
import Statistics

extension FigureSeries {
    /// What the history has of a figure, run by run, with the median of the earlier runs as the baseline.
    package init(_ past: FigureHistory) {
        let boots = past.series.boots
        let runs = Dictionary(grouping: boots, by: \.run).sorted {
            ($0.value[0].started, $0.key) < ($1.value[0].started, $1.key)
        }
        let points = runs.map { run, boots in
            let medians = boots.map(\.median)
            return Point(
                run: run, date: boots[0].started, median: Robust.median(medians), low: medians.min() ?? 0,
                high: medians.max() ?? 0)
        }
        let changes = past.changes.map { change in
            let text =
                change.before > 0 && change.after > 0
                ? DecimalText.percent(change.after / change.before - 1)
                : "\(DecimalText.short(change.before)) to \(DecimalText.short(change.after))"
            return Change(run: boots[change.index].run, text: text)
        }
        let earlier = points.dropLast().map(\.median)
        self.init(
            id: past.series.key.caseID, figure: past.series.key.name, unit: past.series.unit, points: points,
            baseline: earlier.isEmpty ? nil : Robust.median(earlier), changes: changes)
    }
}
