/// One figure of one attempt, with all its samples.
package struct Measurement: Codable, Sendable, Equatable {
    /// Which way is good.
    package enum Direction: String, Codable, Sendable, CaseIterable {
        case lower
        case higher
        /// It is only told, never judged.
        case neither
    }

    /// Such as `wall`, `hop.leave x86->arm`, `messages`, or the name that a suite gives to a figure that the program prints.
    package var name: String
    /// Such as `ms`, `us`, `B`, or empty for a count.
    package var unit: String
    /// Which way is good.
    package var better: Direction
    /// At least one. The samples of one attempt are of one boot, and so are not independent.
    package var values: [Double]

    /// Takes the samples as they are.
    package init(_ name: String, unit: String, better: Direction, _ values: [Double]) {
        self.name = name
        self.unit = unit
        self.better = better
        self.values = values
    }
}
