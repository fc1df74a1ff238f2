/// A figure that got worse, as whoever compared it says.
package struct SlowFigure: Codable, Sendable, Equatable {
    /// The case that it belongs to, or what several cases have in common.
    package var id: String
    /// The measurement's name, such as `wall`.
    package var figure: String
    /// The measurement's unit.
    package var unit: String
    /// The median before, in `unit`.
    package var before: Double
    /// The median now, in `unit`.
    package var after: Double
    /// The interval of `after / before`.
    package var ratio: ClosedRange<Double>
    /// How that is known, in one sentence: `12 boots against 12 of main, measured again in 6`.
    package var evidence: String

    /// Takes the values as they are.
    package init(
        id: String, figure: String, unit: String, before: Double, after: Double, ratio: ClosedRange<Double>,
        evidence: String
    ) {
        self.id = id
        self.figure = figure
        self.unit = unit
        self.before = before
        self.after = after
        self.ratio = ratio
        self.evidence = evidence
    }

    /// For one line: `12.3 ms, was 11.1 ms (+8 % to +13 %)`.
    package var change: String {
        let unit = unit.isEmpty ? "" : " " + unit
        let bounds = [ratio.lowerBound, ratio.upperBound].map { DecimalText.percent($0 - 1) }
        return "\(DecimalText.short(after))\(unit), was \(DecimalText.short(before))\(unit) "
            + "(\(bounds[0]) to \(bounds[1]))"
    }
}
