import Glibc
import Statistics

/// Boots as a noisy host gives them: each boot has a level of its own, and its samples follow each other.
struct SimulatedBoots {
    enum Shape: String, CaseIterable {
        case normal
        /// Some boots are much slower.
        case outliers
        /// Most are fast, few slow, as waiting times are.
        case skewed
    }

    var generator: SeededGenerator
    var shape = Shape.normal
    /// The deviation of boots from each other, on a log scale.
    var between = 0.025
    /// That of samples in a boot, each of which keeps half of what the one before had.
    var within = 0.05
    var samples = 9

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func normal() -> Double {
        let radius = (-2 * log(1 - generator.uniform())).squareRoot()
        return radius * cos(2 * .pi * generator.uniform())
    }

    private mutating func level() -> Double {
        switch shape {
        case .normal: normal()
        case .outliers: normal() + (generator.uniform() < 0.1 ? -5 * log(1 - generator.uniform()) : 0)
        case .skewed: -log(1 - generator.uniform())
        }
    }

    /// The samples of one boot, about `typical`.
    mutating func boot(_ typical: Double = 100) -> [Double] {
        let level = between * level()
        var state = within * normal()
        return (0..<samples).map { _ in
            state = 0.5 * state + 0.75.squareRoot() * within * normal()
            return typical * exp(level + state)
        }
    }

    mutating func boots(_ count: Int, _ typical: Double = 100) -> [[Double]] { (0..<count).map { _ in boot(typical) } }
}
