import Glibc
import Statistics
import Testing

struct ChangePointsTests {
    private func series(_ seed: UInt64, _ parts: [(count: Int, typical: Double)], noise: Double = 0.02) -> [Double] {
        var host = SimulatedBoots(seed: seed)
        return parts.flatMap { part in (0..<part.count).map { _ in log(part.typical) + noise * host.normal() } }
    }

    @Test("a series without a change has none", arguments: [1, 2, 3] as [UInt64])
    func none(seed: UInt64) {
        #expect(ChangePoints().find(series(seed, [(120, 100)])) == [])
        #expect(ChangePoints().find([Double](repeating: 3, count: 50)) == [])
    }

    @Test("of a hundred series without a change, few are split")
    func level() {
        let split = (0..<100).count { !ChangePoints().find(series(UInt64(100 + $0), [(40, 100)])).isEmpty }
        #expect(split <= 4, "\(split)")
    }

    @Test("a shift of 5 % is found where it is", arguments: [1, 2, 3, 4] as [UInt64])
    func one(seed: UInt64) throws {
        let found = ChangePoints().find(series(seed, [(60, 100), (40, 105)]))
        #expect(found.count == 1)
        let change = try #require(found.first)
        #expect(abs(change.index - 60) <= 3, "\(change)")
        #expect(change.pValue <= 0.01)
        #expect(abs(change.after - change.before - log(1.05)) < 0.015)
    }

    @Test("there and back again are two", arguments: [1, 2, 3] as [UInt64])
    func two(seed: UInt64) {
        let found = ChangePoints().find(series(seed, [(50, 100), (30, 110), (50, 100)]))
        #expect(found.count == 2)
        #expect(zip(found, [50, 80]).allSatisfy { abs($0.index - $1) <= 2 }, "\(found)")
        #expect(found.map { $0.after > $0.before } == [true, false])
    }

    @Test("single outliers are no change, and do not hide one")
    func outliers() {
        var calm = series(5, [(100, 100)])
        for index in [10, 47, 48, 90] { calm[index] += 1 }
        #expect(ChangePoints().find(calm) == [])
        var shifted = series(6, [(50, 100), (50, 108)])
        for index in [5, 30, 70, 95] { shifted[index] += 1 }
        let found = ChangePoints().find(shifted)
        #expect(found.count == 1)
        #expect(found.allSatisfy { abs($0.index - 50) <= 2 }, "\(found)")
    }

    @Test("a drift is stairs that go one way")
    func drift() {
        let slow = series(7, [(200, 100)], noise: 0.01).enumerated().map { $1 + 0.0005 * Double($0) }
        let found = ChangePoints().find(slow)
        #expect(found.count >= 2)
        #expect(found.allSatisfy { $0.after > $0.before })
    }

    @Test("a change of the spread alone is one too")
    func spread() {
        let found = ChangePoints().find(
            series(8, [(80, 100)], noise: 0.01) + series(9, [(80, 100)], noise: 0.08))
        #expect(found.count == 1)
        #expect(found.allSatisfy { abs($0.index - 80) <= 8 }, "\(found)")
    }

    @Test("too short a series has no parts", arguments: 0..<10)
    func short(count: Int) {
        #expect(ChangePoints().find((0..<count).map { $0 < count / 2 ? 0 : 1 }) == [])
    }

    @Test("five before and five after are enough for a large change, and equal values for any")
    func least() {
        #expect(ChangePoints().find([1, 2, 3, 1, 2, 101, 102, 103, 101, 102]).map(\.index) == [5])
        #expect(ChangePoints().find([0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7]).map(\.index) == [6])
    }

    @Test("a thousand values, and the same result each time")
    func long() {
        let values = series(10, [(400, 100), (350, 103), (250, 99)])
        let clock = ContinuousClock()
        var found: [ChangePoint] = []
        let time = clock.measure { found = ChangePoints().find(values) }
        print("change points of 1000 values, unoptimized: \(time)")
        #expect(found.count == 2)
        #expect(zip(found, [400, 750]).allSatisfy { abs($0.index - $1) <= 5 }, "\(found)")
        #expect(ChangePoints().find(values) == found)
        var other = ChangePoints()
        other.seed = 2
        #expect(other.find(values).map(\.index) == found.map(\.index))
    }

    /// The definition, in n² steps.
    @Test("the split is that of the definition")
    func definition() throws {
        let values = series(12, [(13, 100), (9, 120)], noise: 0.05)
        func mean(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>, pairs: Double) -> Double {
            a.reduce(0) { sum, x in b.reduce(sum) { $0 + abs(x - $1) } } / pairs
        }
        let distances = (5...17).map { split -> Double in
            let (a, b) = (values[..<split], values[split...])
            let (m, n) = (Double(a.count), Double(b.count))
            return m * n / (m + n)
                * (2 * mean(a, b, pairs: m * n) - mean(a, a, pairs: m * (m - 1)) - mean(b, b, pairs: n * (n - 1)))
        }
        let best = try #require(distances.indices.max { distances[$0] < distances[$1] })
        #expect(ChangePoints().find(values).map(\.index) == [5 + best])
    }
}
