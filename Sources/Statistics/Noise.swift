import Glibc

/// How much a figure differs from boot to boot when nothing has changed.
package struct Noise: Codable, Sendable, Equatable {
    /// The standard deviation of the logarithm of a boot's median, of which outliers say little: 0.03 is about 3 %.
    package var deviation: Double
    /// How many boots it was learnt from.
    package var boots: Int

    /// Boots below this number say nothing of noise.
    package static let leastBoots = 5
    /// The factor from the median absolute deviation of a normal distribution to its standard deviation.
    private static let normal = 1.4826

    /// Learns from the medians of boots; `nil` if there are too few, or some are not positive.
    package init?(medians: [Double]) {
        let logs = medians.map { log($0) }
        guard logs.count >= Self.leastBoots, logs.allSatisfy(\.isFinite) else { return nil }
        // Few deviations from a median of their own are too small by about n / (n - 0.8).
        let few = Double(logs.count) / (Double(logs.count) - 0.8)
        deviation = Self.normal * few * Robust.deviation(logs)
        boots = logs.count
    }

    /// Learns from a series of medians in the order of time, since its last change: a shift is no noise.
    package init?(series medians: [Double]) {
        guard medians.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let start = ChangePoints().find(medians.map { log($0) }).last?.index ?? 0
        self.init(medians: Array(medians[start...]))
    }

    /// The same as a share: 0.03 for 3 %.
    package var share: Double { expm1(deviation) }
}
