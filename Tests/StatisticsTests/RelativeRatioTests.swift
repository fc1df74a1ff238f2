import Statistics
import Testing

struct RelativeRatioTests {
    /// Nights with boots of both builds; in the last one, the host makes both slower by `host`, and the build by `build`.
    private func relative(seed: UInt64, host: Double, build: Double) throws -> (Comparison, RelativeRatio) {
        var boots = SimulatedBoots(seed: seed)
        boots.within = 0.02
        let figure = try Comparison(old: boots.boots(30), new: boots.boots(8, 100 * host * build))
        let reference = try Comparison(old: boots.boots(30), new: boots.boots(8, 100 * host))
        return (figure, RelativeRatio(of: figure, over: reference))
    }

    @Test("the interval of the quotient holds the build's own ratio about as often as it says, whatever the host does")
    func coverage() throws {
        let held = try (0..<300).count { seed in
            let (_, ratio) = try relative(seed: UInt64(seed), host: 1.2, build: 1.05)
            return ratio.low <= 1.05 && 1.05 <= ratio.high
        }
        #expect((0.93...0.995).contains(Double(held) / 300), "\(held) of 300")
    }

    @Test("a slow host is no slow build, and a slow build is one on any host")
    func confirms() throws {
        for seed in 0..<10 as Range<UInt64> {
            let (slow, byHost) = try relative(seed: seed, host: 1.2, build: 1)
            #expect(slow.low > 1)
            #expect(!byHost.confirms(slow, minimumEffect: 0.03))
            let (slower, byBuild) = try relative(seed: seed, host: 1.2, build: 1.15)
            #expect(byBuild.confirms(slower, minimumEffect: 0.03))
            #expect(!byBuild.confirms(slower, minimumEffect: 0.5))
            // The host became faster, which hides a slower build, but does not make it a faster one.
            let (fast, hidden) = try relative(seed: seed, host: 0.8, build: 1.1)
            #expect(fast.high < 1)
            #expect(!hidden.confirms(fast, minimumEffect: 0.03))
        }
    }
}
