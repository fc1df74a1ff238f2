import Glibc

/// The test of Mann, Whitney and Wilcoxon: are the values of one side greater than those of the other?
///
/// It asks nothing of the shape of the noise, and is exact for few boots, where a bootstrap's tails are not: with five boots
/// a side, the least p is 2/252, however large the difference. A tie counts against the difference, so that p is never too
/// small for figures with few values, such as counts.
package enum RankTest {
    /// Up to this many pairs the p-value is exact; beyond it comes from the normal distribution, with correction for
    /// continuity.
    private static let exactPairs = 2500

    /// The two-sided p-value of "both sides have one distribution"; 1 if a side is empty.
    package static func pValue(_ left: [Double], _ right: [Double]) -> Double {
        guard !left.isEmpty, !right.isEmpty else { return 1 }
        let (left, right) = (left.sorted(), right.sorted())
        let wins = max(strictWins(left, right), strictWins(right, left))
        return min(1, 2 * chance(ofAtLeast: wins, left.count, right.count))
    }

    /// The least p-value that this many boots can give.
    package static func leastPValue(_ left: Int, _ right: Int) -> Double {
        guard left > 0, right > 0 else { return 1 }
        return min(1, 2 * chance(ofAtLeast: left * right, left, right))
    }

    /// Of all pairs, how many have a greater value at the left.
    private static func strictWins(_ left: [Double], _ right: [Double]) -> Int {
        var (wins, smaller) = (0, 0)
        for value in left {
            while smaller < right.count, right[smaller] < value { smaller += 1 }
            wins += smaller
        }
        return wins
    }

    /// The chance of at least so many wins if all orders are equally likely.
    private static func chance(ofAtLeast wins: Int, _ left: Int, _ right: Int) -> Double {
        let pairs = left * right
        guard pairs <= exactPairs else {
            let deviation = (Double(pairs) * Double(left + right + 1) / 12).squareRoot()
            return erfc((Double(wins) - 0.5 - Double(pairs) / 2) / deviation / 2.0.squareRoot()) / 2
        }
        // The law is symmetric: at least so many wins are as likely as at most so many losses.
        let losses = pairs - wins
        let orders = exp(logFactorial(left + right) - logFactorial(left) - logFactorial(right))
        return min(1, ordersUpTo(losses, left, right) / orders)
    }

    /// In how many orders at most `losses` pairs are lost: the greatest value is one of the left, and wins against all of
    /// the right, or one of the right.
    private static func ordersUpTo(_ losses: Int, _ left: Int, _ right: Int) -> Double {
        let width = losses + 1
        var counts = [[Double]](repeating: [Double](repeating: 0, count: width), count: left + 1)
        for index in counts.indices { counts[index][0] = 1 }
        for others in 1..<(right + 1) where others < width {
            for own in 1..<(left + 1) {
                for lost in others..<width { counts[own][lost] += counts[own - 1][lost - others] }
            }
        }
        return counts[left].reduce(0, +)
    }
}
