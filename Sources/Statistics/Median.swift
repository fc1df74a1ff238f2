/// Sums of samples that say little of outliers.
package enum Robust {
    /// The middle of the sorted values, or the mean of the two in the middle; `nan` for none.
    package static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The median distance from the median; `nan` for no values.
    static func deviation(_ values: [Double]) -> Double {
        let middle = median(values)
        return median(values.map { abs($0 - middle) })
    }
}
