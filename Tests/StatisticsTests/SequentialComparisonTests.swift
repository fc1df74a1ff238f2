import Testing

@testable import Statistics

struct SequentialComparisonTests {
    /// One comparison of simulated boots to its end.
    private func compare(
        seed: UInt64, slower: Double, between: Double = 0.025, figures: Int = 1, drift: Double = 0
    ) -> SequentialComparison {
        var host = SimulatedBoots(seed: seed)
        (host.between, host.within) = (between, 0.02)
        let names = (0..<figures).map { "figure \($0)" }
        var comparison = SequentialComparison(
            figures: Dictionary(uniqueKeysWithValues: names.map { ($0, Better.lower) }))
        var boots = 0.0
        while case .boot(let side) = comparison.next {
            // Only the first figure differs.
            let samples = names.enumerated().map { index, name in
                let typical = 100 * (side == .head && index == 0 ? 1 + slower : 1) * (1 + drift * boots)
                return (name, host.boot(typical))
            }
            comparison.add(Dictionary(uniqueKeysWithValues: samples), from: side)
            boots += 1
        }
        return comparison
    }

    private func verdicts(_ comparisons: [SequentialComparison]) -> [SpeedClass: Int] {
        comparisons.reduce(into: [:]) { $0[$1.findings["figure 0"]?.verdict ?? .undecided, default: 0] += 1 }
    }

    private func report(_ what: String, _ comparisons: [SequentialComparison]) {
        let boots = comparisons.map { $0.counts.values.reduce(0, +) }
        print("\(what): \(verdicts(comparisons)), \(Double(boots.reduce(0, +)) / Double(boots.count)) boots on average")
    }

    @Test("of fifty comparisons of equals, at most one finds a difference", arguments: [0.02, 0.03])
    func falseAlarms(between: Double) {
        let comparisons = (0..<50).map { compare(seed: 1000 + UInt64($0), slower: 0, between: between) }
        report("A/A, boots differ by \(between)", comparisons)
        #expect(comparisons.count { [.slower, .faster].contains($0.findings["figure 0"]?.verdict) } <= 1)
    }

    @Test("nor on a host that becomes slower all the while")
    func drift() {
        let comparisons = (0..<50).map { compare(seed: 2000 + UInt64($0), slower: 0, drift: 0.002) }
        report("A/A, the host slows down by 0.2 % each boot", comparisons)
        #expect(comparisons.count { [.slower, .faster].contains($0.findings["figure 0"]?.verdict) } <= 1)
    }

    @Test("nor among ten figures, though each has its chance")
    func manyFigures() {
        let comparisons = (0..<20).map { compare(seed: 3000 + UInt64($0), slower: 0, figures: 10) }
        let alarms = comparisons.count { $0.findings.values.contains { [.slower, .faster].contains($0.verdict) } }
        #expect(alarms <= 1)
    }

    @Test(
        "a true slow-down is found", arguments: [(0.1, 0.03, 50), (0.05, 0.02, 49), (0.05, 0.025, 45)])
    func power(slower: Double, between: Double, least: Int) {
        let comparisons = (0..<50).map { compare(seed: 4000 + UInt64($0), slower: slower, between: between) }
        report("\(slower) slower, boots differ by \(between)", comparisons)
        let found = verdicts(comparisons)
        #expect(found[.slower] ?? 0 >= least)
        #expect(found[.faster] == nil)
    }

    @Test("one slower figure among ten is found, and the others are not blamed")
    func oneOfMany() {
        for seed in 0..<5 as Range<UInt64> {
            let comparison = compare(seed: 5000 + seed, slower: 0.1, figures: 10)
            #expect(comparison.findings["figure 0"]?.verdict == .slower)
            #expect(comparison.findings.values.count { $0.verdict == .slower || $0.verdict == .faster } == 1)
        }
    }

    @Test("boots come as A B B A, and one that failed is asked for again")
    func order() {
        var comparison = SequentialComparison(figures: ["wall": .lower])
        var sides = ""
        for boot in 0..<8 {
            guard case .boot(let side) = comparison.next else { return }
            #expect(comparison.next == .boot(side))
            sides += side == .base ? "A" : "B"
            comparison.add(["wall": [Double(100 + boot)]], from: side)
        }
        #expect(sides == "ABBAABBA")
        // Samples that were kept from before count, and the other side catches up.
        var kept = SequentialComparison(figures: ["wall": .lower])
        kept.add(["wall": [1]], from: .head)
        kept.add(["wall": [1]], from: .head)
        #expect(kept.next == .boot(.base))
    }

    @Test("equal sides stop early, and a budget ends what cannot be decided")
    func stops() {
        func fed(_ plan: SequentialComparison.Plan, _ value: (SequentialComparison.Side, Int) -> Double)
            -> SequentialComparison
        {
            var comparison = SequentialComparison(figures: ["wall": .lower], plan: plan)
            var boots = 0
            while case .boot(let side) = comparison.next {
                comparison.add(["wall": [value(side, boots)], "other": [1]], from: side)
                boots += 1
            }
            return comparison
        }
        let equal = fed(.init()) { _, boot in 100 + 0.01 * Double(boot) }
        #expect(equal.next == .stop(.decided))
        #expect(equal.counts == [.base: 6, .head: 6])
        #expect(equal.findings["wall"]?.verdict == .unchanged)
        #expect(equal.findings["wall"]?.look == 1)
        #expect(equal.findings["other"] == nil)

        let wild = fed(.init()) { _, boot in boot % 4 < 2 ? 100 : 300 }
        #expect(wild.next == .stop(.spent))
        #expect(wild.counts == [.base: 30, .head: 30])
        #expect(wild.findings["wall"]?.verdict == .undecided)

        // 3 % exactly is neither less than the minimum nor surely more.
        let edge = fed(.init()) { side, boot in (side == .head ? 102.95 : 100) + 0.2 * Double(boot % 8) }
        #expect(edge.next == .stop(.narrow))
        #expect(edge.findings["wall"]?.verdict == .undecided)

        let nothing = fed(.init()) { _, _ in 0 }
        #expect(nothing.next == .stop(.spent))
        #expect(nothing.findings["wall"] == .init(verdict: .undecided))
        #expect(SequentialComparison(figures: [:]).next == .stop(.decided))
    }

    @Test("a difference that is beyond doubt is not given up because its interval is narrow")
    func clear() {
        let names = ["a", "b", "c"]
        var comparison = SequentialComparison(figures: Dictionary(uniqueKeysWithValues: names.map { ($0, .lower) }))
        var boots = 0
        while case .boot(let side) = comparison.next {
            let value = (side == .head ? 400 : 100) + 0.01 * Double(boots % 8)
            comparison.add(Dictionary(uniqueKeysWithValues: names.map { ($0, [value]) }), from: side)
            boots += 1
        }
        // Among three figures, six boots a side are too few for any significance.
        #expect(comparison.next == .stop(.decided))
        #expect(comparison.counts == [.base: 9, .head: 9])
        #expect(names.allSatisfy { comparison.findings[$0]?.verdict == .slower })
    }

    @Test("stopping before the end looks a last time, and ends")
    func finish() {
        var comparison = SequentialComparison(figures: ["wall": .higher])
        for boot in 0..<10 {
            comparison.add(["wall": [100 + Double(boot)]], from: .base)
            if boot < 5 { comparison.add(["wall": [200 + Double(boot)]], from: .head) }
        }
        #expect(comparison.findings == [:])
        comparison.finish()
        #expect(comparison.findings["wall"]?.verdict == .faster)
        #expect(comparison.next == .stop(.decided))
        let before = comparison.counts
        comparison.add(["wall": [1]], from: .head)
        #expect(comparison.counts == before)

        var none = SequentialComparison(figures: ["wall": .higher])
        none.finish()
        #expect(none.next == .stop(.stopped))
    }
}
