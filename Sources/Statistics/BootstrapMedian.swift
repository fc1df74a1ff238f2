import Glibc

/// The bootstrap distribution of a median, computed and not drawn: the value of each median that a resample can have, with
/// its probability. So an interval has no error of simulation, and needs no seed.
///
/// A resample takes `draws` values of `values` with replacement. The ranks in the middle of it follow a binomial law.
struct BootstrapMedian {
    /// In ascending order.
    private(set) var atoms: [(value: Double, weight: Double)] = []
    /// Less likely medians than this do not count.
    private static let negligible = 1e-15

    /// - Parameters:
    ///   - values: what is drawn from; at least one.
    ///   - draws: how many values a resample has; at least one.
    init(of values: [Double], draws: Int) {
        let sorted = values.sorted()
        if draws.isMultiple(of: 2) {
            addPairs(sorted, half: draws / 2)
        } else {
            addSingles(sorted, middle: draws / 2 + 1, draws: draws)
        }
        atoms.sort { $0.value < $1.value }
    }

    /// For an odd number of draws: P(median ≤ xᵢ) is the chance that at least the middle rank of draws is at most xᵢ.
    private mutating func addSingles(_ sorted: [Double], middle: Int, draws: Int) {
        var before = 0.0
        for (index, value) in sorted.enumerated() {
            let share = Double(index + 1) / Double(sorted.count)
            let upTo = Self.binomialTail(draws, share, atLeast: middle)
            add(value, upTo - before)
            before = upTo
        }
    }

    /// For an even number: half of the draws are at most xᵢ, one of them xᵢ itself, the others at least xⱼ, one of them xⱼ.
    private mutating func addPairs(_ sorted: [Double], half: Int) {
        let count = Double(sorted.count)
        let ways = logFactorial(2 * half) - 2 * logFactorial(half)
        /// log((a/N)ʰ − ((a−1)/N)ʰ)
        func step(_ a: Double) -> Double {
            Double(half) * log(a / count) + log1p(-pow((a - 1) / a, Double(half)))
        }
        var before = 0.0
        for (index, value) in sorted.enumerated() {
            let upTo = Self.binomialTail(2 * half, Double(index + 1) / count, atLeast: half)
            let lower = ways + step(Double(index + 1))
            var remaining = upTo - before
            before = upTo
            for other in sorted.indices.dropFirst(index + 1) {
                let weight = exp(lower + step(count - Double(other)))
                if weight < Self.negligible { break }
                add((value + sorted[other]) / 2, weight)
                remaining -= weight
            }
            add(value, remaining)
        }
    }

    private mutating func add(_ value: Double, _ weight: Double) {
        if weight > Self.negligible { atoms.append((value, weight)) }
    }

    /// P(Bin(n, p) ≥ k).
    static func binomialTail(_ n: Int, _ p: Double, atLeast k: Int) -> Double {
        if p >= 1 { return 1 }
        if p <= 0 { return k <= 0 ? 1 : 0 }
        let all = logFactorial(n)
        var sum = 0.0
        for hits in max(0, k)..<(n + 1) {
            let ways = all - logFactorial(hits) - logFactorial(n - hits)
            sum += exp(ways + Double(hits) * log(p) + Double(n - hits) * log1p(-p))
        }
        return min(1, sum)
    }

    /// P(A − B ≤ difference) for independent A, which is this, and B.
    func chance(minus other: BootstrapMedian, atMost difference: Double) -> Double {
        var sum = 0.0
        // The chance that B is at least A − difference, as A grows.
        var tail = other.atoms.reduce(0) { $0 + $1.weight }
        var next = 0
        for atom in atoms {
            while next < other.atoms.count, other.atoms[next].value < atom.value - difference {
                tail -= other.atoms[next].weight
                next += 1
            }
            sum += atom.weight * max(0, tail)
        }
        return sum
    }

    /// The smallest difference A − B, to nine digits of their range, that is not exceeded with at least this chance.
    func quantile(minus other: BootstrapMedian, _ chance: Double) -> Double {
        guard let first = atoms.first, let last = atoms.last, let low = other.atoms.first, let high = other.atoms.last
        else {
            return .nan
        }
        var (below, above) = (first.value - high.value, last.value - low.value)
        let precision = 1e-9 * max(abs(below), abs(above), above - below)
        while above - below > precision {
            let middle = below + (above - below) / 2
            if self.chance(minus: other, atMost: middle) >= chance { above = middle } else { below = middle }
        }
        return above
    }
}
