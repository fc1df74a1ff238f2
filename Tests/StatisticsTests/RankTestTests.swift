import Statistics
import Testing

struct RankTestTests {
    @Test("p is exact for few values", arguments: [(5, 5, 2.0 / 252), (3, 30, 2.0 / 5456), (2, 2, 2.0 / 6)])
    func least(left: Int, right: Int, expected: Double) {
        let low = (0..<left).map { Double($0) }, high = (0..<right).map { 100 + Double($0) }
        #expect(abs(RankTest.pValue(low, high) - expected) < 1e-12)
        #expect(abs(RankTest.pValue(high, low) - expected) < 1e-12)
        #expect(abs(RankTest.leastPValue(left, right) - expected) < 1e-12)
    }

    /// Of the 20 orders of three and three, U = 8 or more has 2: one with U = 9, one with U = 8.
    @Test func between() {
        #expect(abs(RankTest.pValue([3, 5, 6], [1, 2, 4]) - 2 * 2.0 / 20) < 1e-12)
        #expect(RankTest.pValue([1, 4], [2, 3]) == 1)
    }

    @Test("ties count against a difference")
    func ties() {
        #expect(RankTest.pValue([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]) == 1)
        let apart = RankTest.pValue([1, 1, 1, 1, 1], [2, 2, 2, 2, 2])
        #expect(abs(apart - 2.0 / 252) < 1e-12)
        #expect(RankTest.pValue([1, 1, 1, 1, 2], [2, 2, 2, 2, 2]) > apart)
        #expect(RankTest.pValue([], [1]) == 1)
    }

    @Test("the normal distribution goes on where the exact one ends")
    func handOver() {
        var generator = SeededGenerator(seed: 5)
        let left = (0..<50).map { _ in generator.uniform() + 0.08 }, right = (0..<50).map { _ in generator.uniform() }
        let exact = RankTest.pValue(left, right), near = RankTest.pValue(left + [0.5], right)
        #expect(exact > 0 && exact < 0.2)
        #expect(abs(near / exact - 1) < 0.25, "\(exact), \(near)")
    }

    @Test("without a difference, p is at most 0.05 in at most 5 of 100 cases")
    func level() {
        var generator = SeededGenerator(seed: 6)
        let alarms = (0..<2000).count { _ in
            RankTest.pValue((0..<6).map { _ in generator.uniform() }, (0..<7).map { _ in generator.uniform() }) <= 0.05
        }
        // Three deviations of the count above what is expected.
        #expect(alarms <= 100 + 30, "\(alarms)")
        #expect(alarms >= 40)
    }
}
