import Glibc
import Testing

@testable import Statistics

@Suite("Figures corrected by a yardstick")
struct YardstickTests {
    /// One comparison on a host whose unrest is in the figure, and in the yardstick but for its own noise.
    private func compare(
        seed: UInt64, slower: Double, unrest: Double, own: Double, withYardstick: Bool = true
    ) -> SequentialComparison {
        var host = SimulatedBoots(seed: seed)
        (host.between, host.within) = (own, 0.02)
        var comparison = SequentialComparison(figures: ["hop": .lower])
        while case .boot(let side) = comparison.next {
            let level = exp(unrest * host.normal())
            comparison.add(
                ["hop": host.boot(100 * level * (side == .head ? 1 + slower : 1))],
                yardsticks: withYardstick ? ["hop": host.boot(50 * level)] : [:], from: side)
        }
        return comparison
    }

    private func verdicts(_ comparisons: [SequentialComparison]) -> [SpeedClass: Int] {
        comparisons.reduce(into: [:]) { $0[$1.findings["hop"]?.verdict ?? .undecided, default: 0] += 1 }
    }

    @Test("5 % are found on a host that is restless by 10 %, where they are not without it")
    func power() {
        let with = (0..<30).map { compare(seed: 100 + UInt64($0), slower: 0.05, unrest: 0.1, own: 0.015) }
        let without = (0..<30).map {
            compare(seed: 100 + UInt64($0), slower: 0.05, unrest: 0.1, own: 0.015, withYardstick: false)
        }
        #expect(verdicts(with)[.slower] ?? 0 >= 25)
        #expect(verdicts(without)[.slower] ?? 0 <= 10)
        let explained = with.compactMap { $0.findings["hop"]?.yardstick?.explained }
        #expect(explained.count == 30 && explained.reduce(0, +) / 30 > 0.6)
        #expect(without.allSatisfy { $0.findings["hop"]?.yardstick == nil })
    }

    @Test("of fifty comparisons of equals, at most one finds a difference", arguments: [0.0, 0.1])
    func falseAlarms(unrest: Double) {
        let comparisons = (0..<50).map { compare(seed: 500 + UInt64($0), slower: 0, unrest: unrest, own: 0.025) }
        #expect(comparisons.count { [.slower, .faster].contains($0.findings["hop"]?.verdict) } <= 1)
    }

    @Test("a line is found through boots of which some have gone astray")
    func robust() {
        let yardsticks = (0..<20).map { Double($0) / 50 }
        var values = yardsticks.map { 0.8 * $0 + 3 }
        values[3] += 2
        values[17] -= 2
        let fit = YardstickFit(values: values, yardsticks: yardsticks)
        #expect(abs(fit.slope - 0.8) < 0.05)
        #expect(fit.explained > 0.8)
        let corrected = fit.corrected(values, yardsticks, middle: 0.2)
        #expect(abs(corrected[0] - 3.16) < 0.01 && abs(corrected[19] - 3.16) < 0.01)
    }

    @Test("what does not explain a figure corrects nothing")
    func useless() {
        let values = [1.0, 2, 1, 2, 1, 2]
        for yardsticks in [[5.0, 5, 5, 5, 5, 5], [2, 1, 2, 1, 2, 1]] {
            let fit = YardstickFit(values: values, yardsticks: yardsticks)
            #expect(fit == YardstickFit(values: [], yardsticks: []))
            #expect(fit.slope == 0 && fit.explained == 0)
        }
    }

    @Test("a boot without its yardstick leaves the figure as it was measured")
    func missing() {
        let boots = MeasuredBoots(base: [(10, 1), (20, 2)], head: [(30, nil), (40, 4)])
        #expect(boots.base == [10, 20] && boots.head == [30, 40] && boots.fit == nil)
        let whole = MeasuredBoots(base: [(10, 1), (20, 2)], head: [(30, 3), (40, 4)])
        #expect(abs((whole.fit?.slope ?? 0) - 1) < 1e-9)
        #expect((whole.base + whole.head).allSatisfy { abs($0 - 10 * 6.0.squareRoot()) < 0.001 })
    }
}
