import Glibc

/// A place in a series where its values become others.
package struct ChangePoint: Codable, Sendable, Equatable {
    /// The index of the first value after the change.
    package var index: Int
    /// The chance that an order of the same values without a change looks as changed as this.
    package var pValue: Double
    /// The median of the values from the change before to this one.
    package var before: Double
    /// The median of the values from here to the next change.
    package var after: Double
}

/// E-divisive: change points of a series by the energy distance of what is before and after (Matteson and James, 2014).
///
/// A series is split where the distance is greatest, if a permutation test finds that too great for chance, and the parts are
/// split in the same way. It asks nothing of the shape of the noise; values that drift look like stairs. With exponent 1 the
/// distances of n values are sums over sorted values, so that a split takes n log n steps and not n².
package struct ChangePoints: Sendable {
    /// The chance to split a series that has no change.
    package var level = 0.01
    /// How many orders are tried at most.
    package var permutations = 499
    /// No part is shorter.
    package var leastLength = 5
    /// Equal seeds give equal results.
    package var seed: UInt64 = 1

    /// With the usual settings.
    package init() {}

    /// The change points of values in the order of time, which must be finite; the first one first.
    package func find(_ values: [Double]) -> [ChangePoint] {
        var generator = SeededGenerator(seed: seed)
        var found: [(index: Int, pValue: Double)] = []
        var parts = [0..<values.count]
        while let part = parts.popLast() {
            guard let split = split(Array(values[part]), &generator) else { continue }
            let index = part.lowerBound + split.index
            found.append((index, split.pValue))
            parts.append(index..<part.upperBound)
            parts.append(part.lowerBound..<index)
        }
        found.sort { $0.index < $1.index }
        let bounds = [0] + found.map(\.index) + [values.count]
        return found.enumerated().map { number, change in
            ChangePoint(
                index: change.index, pValue: change.pValue,
                before: Robust.median(Array(values[bounds[number]..<change.index])),
                after: Robust.median(Array(values[change.index..<bounds[number + 2]])))
        }
    }

    /// The best split of one part, if it is none by chance.
    private func split(_ values: [Double], _ generator: inout SeededGenerator) -> (index: Int, pValue: Double)? {
        guard values.count >= 2 * leastLength else { return nil }
        var scan = EnergyScan(values, leastLength: leastLength)
        var order = scan.order
        let best = scan.best(order)
        guard best.distance > 0 else { return nil }
        var asGreat = 1
        for _ in 0..<permutations {
            generator.shuffle(&order)
            if scan.best(order).distance >= best.distance { asGreat += 1 }
            // It cannot become significant any more.
            if Double(asGreat) > level * Double(permutations + 1) { return nil }
        }
        return (best.index, Double(asGreat) / Double(permutations + 1))
    }
}

/// Finds the split of greatest energy distance for any order of the same values.
private struct EnergyScan {
    /// The ranks of the values in their own order; equal values have different ones, in any order.
    let order: [Int]
    private let leastLength: Int
    private let sorted: [Double]
    /// By rank: the sum of the distances to all other values.
    private let distances: [Double]
    private let total: Double
    /// Counts and sums of the values before a split, by rank, as binary indexed trees.
    private var counts: [Double]
    private var sums: [Double]

    init(_ values: [Double], leastLength: Int) {
        self.leastLength = leastLength
        let byValue = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var order = [Int](repeating: 0, count: values.count)
        for (rank, index) in byValue.enumerated() { order[index] = rank }
        self.order = order
        sorted = byValue.map { values[$0] }
        let whole = sorted.reduce(0, +)
        var below = 0.0
        var distances: [Double] = []
        for (rank, value) in sorted.enumerated() {
            distances.append(value * Double(2 * rank - values.count) - 2 * below + whole)
            below += value
        }
        self.distances = distances
        total = distances.reduce(0, +) / 2
        counts = [Double](repeating: 0, count: values.count + 1)
        sums = counts
    }

    /// The first index after the split, and n₁n₂/(n₁+n₂) times the distance.
    mutating func best(_ order: [Int]) -> (index: Int, distance: Double) {
        for index in counts.indices { (counts[index], sums[index]) = (0, 0) }
        var (before, after) = (0.0, total)
        var added = 0.0
        var best = (index: 0, distance: 0.0)
        for (index, rank) in order.enumerated() {
            let value = sorted[rank]
            let (count, sum) = take(rank, value)
            let near = value * (2 * count - Double(index)) - 2 * sum + added
            added += value
            before += near
            after -= distances[rank] - near
            let (m, n) = (Double(index + 1), Double(order.count - index - 1))
            guard index + 1 >= leastLength, order.count - index - 1 >= leastLength else { continue }
            let between = total - before - after
            let distance =
                m * n / (m + n) * (2 * between / (m * n) - 2 * before / (m * (m - 1)) - 2 * after / (n * (n - 1)))
            if distance > best.distance { best = (index + 1, distance) }
        }
        return best
    }

    /// How many values of lower rank were taken before, and their sum; takes this one.
    private mutating func take(_ rank: Int, _ value: Double) -> (count: Double, sum: Double) {
        var (count, sum) = (0.0, 0.0)
        var place = rank
        while place > 0 {
            count += counts[place]
            sum += sums[place]
            place &= place - 1
        }
        place = rank + 1
        while place < counts.count {
            counts[place] += 1
            sums[place] += value
            place += place & -place
        }
        return (count, sum)
    }
}
