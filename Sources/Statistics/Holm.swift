/// Many figures are judged at once, and some look different by chance.
package enum Holm {
    /// Holm's step-down correction: each p-value adjusted, in the same order. Judging by those, the chance of even one
    /// false alarm is at most the level, whatever the figures have to do with each other.
    package static func adjusted(_ pValues: [Double]) -> [Double] {
        var result = pValues
        var greatest = 0.0
        for (rank, index) in pValues.indices.sorted(by: { (pValues[$0], $0) < (pValues[$1], $1) }).enumerated() {
            greatest = max(greatest, min(1, pValues[index] * Double(pValues.count - rank)))
            result[index] = greatest
        }
        return result
    }
}
