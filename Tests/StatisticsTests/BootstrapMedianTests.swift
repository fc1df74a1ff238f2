import Testing

@testable import Statistics

struct BootstrapMedianTests {
    /// All resamples, each as likely as every other.
    private func enumerated(_ values: [Double], draws: Int) -> [Double: Double] {
        var resamples: [[Double]] = [[]]
        for _ in 0..<draws { resamples = resamples.flatMap { resample in values.map { resample + [$0] } } }
        let weight = 1 / Double(resamples.count)
        return resamples.reduce(into: [:]) { $0[Robust.median($1), default: 0] += weight }
    }

    @Test("the distribution is that of all resamples", arguments: [1, 2, 3, 4, 5, 6])
    func exact(draws: Int) {
        let values: [Double] = [1, 2, 4, 8]
        var found: [Double: Double] = [:]
        for atom in BootstrapMedian(of: values, draws: draws).atoms { found[atom.value, default: 0] += atom.weight }
        let expected = enumerated(values, draws: draws)
        #expect(found.count == expected.count)
        for (value, weight) in expected { #expect(abs((found[value] ?? 0) - weight) < 1e-12, "\(value)") }
    }

    @Test("of many values too, all chances are one together", arguments: [501, 1000])
    func many(count: Int) {
        let atoms = BootstrapMedian(of: (0..<count).map(Double.init), draws: count).atoms
        #expect(abs(atoms.reduce(0) { $0 + $1.weight } - 1) < 1e-6)
        #expect(atoms.count < count * 12)
    }

    @Test("a quantile of the difference is the least value that is reached with its chance")
    func quantile() {
        let coin = BootstrapMedian(of: [0, 1], draws: 1)
        // -1, 0, 0, 1
        #expect(coin.chance(minus: coin, atMost: 0) == 0.75)
        #expect(abs(coin.quantile(minus: coin, 0.25) + 1) < 1e-8)
        #expect(abs(coin.quantile(minus: coin, 0.26)) < 1e-8)
        #expect(abs(coin.quantile(minus: coin, 0.75)) < 1e-8)
        #expect(abs(coin.quantile(minus: coin, 0.76) - 1) < 1e-8)
    }
}
