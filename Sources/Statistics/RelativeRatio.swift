import Glibc

/// By how much more a figure changed than that of a reference build, which ran in the same nights and did not change: what
/// both have in common is the host's.
package struct RelativeRatio: Codable, Sendable, Equatable {
    /// The figure's ratio over the reference's.
    package var ratio: Double
    /// The interval's lower end.
    package var low: Double
    /// The interval's upper end.
    package var high: Double

    /// Combines two intervals of one confidence to that of the quotient, by what each end lies off (the MOVER of Zou and
    /// Donner): the sides' boots are different ones, so their errors are independent.
    package init(of figure: Comparison, over reference: Comparison) {
        func off(_ end: Double, _ ratio: Double) -> Double { log(end) - log(ratio) }
        let middle = log(figure.ratio) - log(reference.ratio)
        ratio = exp(middle)
        low = exp(middle - hypot(off(figure.low, figure.ratio), off(reference.high, reference.ratio)))
        high = exp(middle + hypot(off(figure.high, figure.ratio), off(reference.low, reference.ratio)))
    }

    /// Whether it changed by at least so much more, in the same direction, and not by chance.
    package func confirms(_ figure: Comparison, minimumEffect: Double) -> Bool {
        let isApart = figure.ratio > 1 ? low > 1 : high < 1
        return isApart && abs(log(ratio)) >= log1p(minimumEffect)
    }
}
