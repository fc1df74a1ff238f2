import Statistics
import Testing

struct ComparisonTests {
    /// How often the interval holds the true ratio of 1.1, in percent.
    private func coverage(_ shape: SimulatedBoots.Shape, old: Int, new: Int, seed: UInt64) throws -> Double {
        var host = SimulatedBoots(seed: seed)
        host.shape = shape
        let repetitions = 300
        var held = 0
        for _ in 0..<repetitions {
            let comparison = try Comparison(old: host.boots(old), new: host.boots(new, 110))
            if comparison.low <= 1.1, 1.1 <= comparison.high { held += 1 }
        }
        return 100 * Double(held) / Double(repetitions)
    }

    /// The samples of a boot are not independent; boots are.
    @Test(
        "an interval for 95 % holds the true ratio about as often, with few boots and odd noise",
        arguments: SimulatedBoots.Shape.allCases, [(5, 5), (8, 9), (20, 20)])
    func coverage(shape: SimulatedBoots.Shape, boots: (Int, Int)) throws {
        let found = try coverage(shape, old: boots.0, new: boots.1, seed: 1)
        #expect((93...99).contains(found), "\(found) %")
    }

    @Test("a side with few boots borrows the other's noise", arguments: SimulatedBoots.Shape.allCases)
    func fewBoots(shape: SimulatedBoots.Shape) throws {
        let found = try coverage(shape, old: 30, new: 3, seed: 2)
        #expect((90...98.5).contains(found), "\(found) %")
    }

    @Test("many samples of few boots are no more boots")
    func unit() throws {
        var host = SimulatedBoots(seed: 3)
        host.samples = 101
        #expect(throws: Incomparable.tooFewBoots(old: 4, new: 4)) {
            try Comparison(old: host.boots(4), new: host.boots(4))
        }
        #expect(throws: Incomparable.tooFewBoots(old: 30, new: 1)) {
            try Comparison(old: host.boots(30), new: host.boots(1))
        }
        // A boot without samples is none.
        #expect(throws: Incomparable.tooFewBoots(old: 9, new: 1)) {
            try Comparison(old: host.boots(9), new: host.boots(1) + [[]])
        }
    }

    @Test("a ratio of zeros is none", arguments: [0, -1, Double.infinity, .nan])
    func notPositive(value: Double) {
        #expect(throws: Incomparable.notPositive) {
            try Comparison(oldMedians: [1, 1, 1, 1, 1], newMedians: [1, 1, 1, 1, value])
        }
    }

    @Test("a constant figure has an interval without width, and is unchanged")
    func constant() throws {
        let seven = [Double](repeating: 7, count: 6)
        let comparison = try Comparison(oldMedians: seven, newMedians: seven)
        #expect((comparison.ratio, comparison.pValue) == (1, 1))
        #expect(abs(comparison.low - 1) < 1e-8 && abs(comparison.high - 1) < 1e-8)
        #expect(comparison.classified(.lower, minimumEffect: 0.03, isSignificant: true) == .unchanged)
    }

    @Test("more confidence makes a wider interval, and the sides change places by inversion")
    func intervals() throws {
        var host = SimulatedBoots(seed: 4)
        let (a, b) = (host.boots(7), host.boots(11, 104))
        let narrow = try Comparison(old: a, new: b, confidence: 0.8)
        let wide = try Comparison(old: a, new: b, confidence: 0.99)
        #expect(wide.low < narrow.low && narrow.low < narrow.ratio)
        #expect(narrow.ratio < narrow.high && narrow.high < wide.high)
        let inverse = try Comparison(old: b, new: a, confidence: 0.8)
        #expect(abs(inverse.low * narrow.high - 1) < 1e-8)
        #expect(abs(inverse.high * narrow.low - 1) < 1e-8)
    }

    @Test("words follow direction, size and significance")
    func words() throws {
        let old = (0..<10).map { 100 + 0.1 * Double($0) }
        let slow = try Comparison(oldMedians: old, newMedians: old.map { $0 * 1.1 })
        #expect(slow.classified(.lower, minimumEffect: 0.03, isSignificant: true) == .slower)
        #expect(slow.classified(.higher, minimumEffect: 0.03, isSignificant: true) == .faster)
        #expect(slow.classified(.lower, minimumEffect: 0.03, isSignificant: false) == .undecided)
        #expect(slow.classified(.lower, minimumEffect: 0.2, isSignificant: true) == .unchanged)
        let fast = try Comparison(oldMedians: old, newMedians: old.map { $0 / 1.1 })
        #expect(fast.classified(.lower, minimumEffect: 0.03, isSignificant: true) == .faster)
        // Certain, but too small to tell.
        let little = try Comparison(oldMedians: old, newMedians: old.map { $0 * 1.02 })
        #expect(little.pValue < 0.001)
        #expect(little.classified(.lower, minimumEffect: 0.03, isSignificant: true) == .unchanged)
    }
}
