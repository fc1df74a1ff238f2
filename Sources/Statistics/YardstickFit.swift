import Glibc

/// What a yardstick explains of the differences between boots: something that was measured beside a figure in each boot, and
/// that the builds under test have no part in.
///
/// On a log scale, a line is fitted through the boots of both sides together, without a look at which side each is of. So boots
/// of equal builds stay exchangeable after the correction, and rank tests of them stay exact, whatever the fit is worth.
package struct YardstickFit: Codable, Sendable, Equatable {
    /// By how many percent a figure grows if the yardstick does by one; from 0 to `mostSlope`.
    package var slope: Double
    /// The share of the figure's spread over boots that is gone with it, from 0 to 1.
    package var explained: Double

    /// A yardstick that differs less than a figure may still have the host's unrest in common with it.
    static let mostSlope = 2.0

    /// - Parameters:
    ///   - values: a figure's logarithms, by boot.
    ///   - yardsticks: the yardstick's logarithms in the same boots, as many.
    init(values: [Double], yardsticks: [Double]) {
        let slope = min(max(0, Self.slope(values, yardsticks)), Self.mostSlope)
        let before = Robust.deviation(values)
        let after = Robust.deviation(Self.corrected(values, yardsticks, slope))
        // What makes it worse is no yardstick of this figure.
        self.slope = after < before ? slope : 0
        explained = after < before ? 1 - after / before : 0
    }

    /// The values as they would be if the yardstick had been the same in all boots.
    func corrected(_ values: [Double], _ yardsticks: [Double], middle: Double) -> [Double] {
        Self.corrected(values, yardsticks.map { $0 - middle }, slope)
    }

    private static func corrected(_ values: [Double], _ yardsticks: [Double], _ slope: Double) -> [Double] {
        zip(values, yardsticks).map { $0 - slope * $1 }
    }

    /// The median of the slopes between all pairs of boots, of which each counts by how far apart its yardsticks are: a boot
    /// that has gone astray does not turn the line.
    private static func slope(_ values: [Double], _ yardsticks: [Double]) -> Double {
        var pairs: [(slope: Double, weight: Double)] = []
        for i in values.indices {
            for j in values.indices.prefix(i) where yardsticks[i] != yardsticks[j] {
                let apart = yardsticks[i] - yardsticks[j]
                pairs.append(((values[i] - values[j]) / apart, abs(apart)))
            }
        }
        pairs.sort { $0.slope < $1.slope }
        var left = pairs.reduce(0) { $0 + $1.weight } / 2
        for pair in pairs {
            left -= pair.weight
            if left <= 0 { return pair.slope }
        }
        return 0
    }
}

/// Boots of two builds, each with a figure's median and perhaps that of a yardstick.
struct MeasuredBoots {
    /// By boot: the figure, and the yardstick if it was measured there.
    typealias Boot = (value: Double, yardstick: Double?)

    /// The figure, corrected if there is a fit.
    let base: [Double]
    let head: [Double]
    /// `nil` if a boot lacks its yardstick.
    let fit: YardstickFit?

    init(base: [Boot], head: [Boot]) {
        let all = base + head
        let yardsticks = all.compactMap { $0.yardstick }.filter { $0 > 0 }.map { log($0) }
        let values = all.map { log($0.value) }
        guard all.count > 2, yardsticks.count == all.count, values.allSatisfy(\.isFinite) else {
            self.base = base.map(\.value)
            self.head = head.map(\.value)
            fit = nil
            return
        }
        let fit = YardstickFit(values: values, yardsticks: yardsticks)
        let corrected = fit.corrected(values, yardsticks, middle: Robust.median(yardsticks)).map { exp($0) }
        self.base = Array(corrected.prefix(base.count))
        self.head = Array(corrected.dropFirst(base.count))
        self.fit = fit
    }
}
