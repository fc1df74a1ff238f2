/// One figure of one case over many runs, for a plot.
package struct FigureSeries: Sendable, Equatable {
    /// One run's.
    package struct Point: Sendable, Equatable {
        /// The run's id.
        package var run: String
        /// When it began, in seconds since 1970.
        package var date: Double
        /// The median over its boots.
        package var median: Double
        /// The ends of the interval that the median lies in.
        package var low: Double
        package var high: Double
        /// Whether it ran on a platform like that of the run on the page; others are shown and not joined.
        package var isLike: Bool

        /// Takes the values as they are.
        package init(run: String, date: Double, median: Double, low: Double, high: Double, isLike: Bool = true) {
            self.run = run
            self.date = date
            self.median = median
            self.low = low
            self.high = high
            self.isLike = isLike
        }
    }

    /// Where the level changed.
    package struct Change: Sendable, Equatable {
        /// The first run of the new level; one that is no point's is not shown.
        package var run: String
        /// What changed, for a label: `+8.2 %`.
        package var text: String

        /// Takes the values as they are.
        package init(run: String, text: String) {
            self.run = run
            self.text = text
        }
    }

    /// The case's id, or what several cases have in common.
    package var id: String
    /// The measurement's name, such as `wall`.
    package var figure: String
    /// The measurement's unit; empty for a count.
    package var unit: String
    /// Oldest first.
    package var points: [Point]
    /// What the figure is compared with, in `unit`.
    package var baseline: Double?
    /// Oldest first.
    package var changes: [Change]

    /// Takes the values as they are.
    package init(
        id: String, figure: String, unit: String, points: [Point], baseline: Double? = nil, changes: [Change] = []
    ) {
        self.id = id
        self.figure = figure
        self.unit = unit
        self.points = points
        self.baseline = baseline
        self.changes = changes
    }
}
