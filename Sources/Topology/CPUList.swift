import UserInput

/// A set of the host's CPUs in the kernel's list format, such as `0-1,3`.
package struct CPUList: TextValue {
    /// In ascending order, neither touching nor overlapping.
    let ranges: [ClosedRange<Int>]

    /// The highest CPU number that a Linux kernel can have: NR_CPUS is at most 8192.
    static let highest = 8191

    /// Numbers and ranges separated by commas, in any order; overlaps are merged.
    package init(parsing text: String) throws(InputError) {
        var ranges: [ClosedRange<Int>] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = ends.first.flatMap({ Int(digits: $0) }), let last = ends.last.flatMap({ Int(digits: $0) })
            else {
                throw InputError(
                    .invalidValue,
                    "'\(text)' is not a list of CPUs; expected numbers and ranges separated by commas, such as 0-1,3")
            }
            guard first <= last else {
                throw InputError(.invalidValue, "the range \(first)-\(last) in '\(text)' runs backwards")
            }
            guard last <= Self.highest else {
                throw InputError(
                    .invalidValue, "CPU \(last) in '\(text)' is beyond \(Self.highest), the highest that Linux can have"
                )
            }
            ranges.append(first...last)
        }
        self.ranges = Self.merged(ranges)
    }

    private static func merged(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let previous = merged.last, range.lowerBound <= previous.upperBound + 1 {
                merged[merged.count - 1] = previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }

    /// Every CPU of the list, ascending.
    package var cpus: [Int] { ranges.flatMap { Array($0) } }

    /// How many CPUs the list has, from 1 to 8192.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The highest CPU of the list.
    package var last: Int? { ranges.last?.upperBound }

    /// Whether the list has the CPU of this number.
    package func contains(_ cpu: Int) -> Bool { ranges.contains { $0.contains(cpu) } }

    package var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
