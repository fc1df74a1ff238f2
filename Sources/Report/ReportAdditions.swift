import Results

/// What a page shows besides the run itself, as far as somebody knows it.
package struct ReportAdditions: Sendable {
    /// A case's life by its id, in a few words: `still failing since 20261128-020000-test-91c0`.
    package var lives: [String: String]
    /// Figures that got worse.
    package var slower: [SlowFigure]
    /// Figures over many runs.
    package var series: [FigureSeries]

    /// Nothing, unless it is given.
    package init(lives: [String: String] = [:], slower: [SlowFigure] = [], series: [FigureSeries] = []) {
        self.lives = lives
        self.slower = slower
        self.series = series
    }
}
