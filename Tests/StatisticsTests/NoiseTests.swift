import Statistics
import Testing

struct NoiseTests {
    @Test("the noise of boots is learnt, whatever single boots do")
    func learnt() throws {
        var host = SimulatedBoots(seed: 7)
        (host.within, host.between) = (0, 0.03)
        let medians = host.boots(200).map(Robust.median)
        let noise = try #require(Noise(medians: medians))
        #expect(abs(noise.deviation - 0.03) < 0.006, "\(noise)")
        #expect(abs(noise.share - 0.03) < 0.007)
        let wild = try #require(Noise(medians: medians + [1, 1e6, 1e7]))
        #expect(abs(wild.deviation / noise.deviation - 1) < 0.1)
    }

    @Test("few boots do not make it too small on average")
    func few() throws {
        var host = SimulatedBoots(seed: 8)
        (host.within, host.between) = (0, 0.03)
        let learnt = try (0..<500).map { _ in
            try #require(Noise(medians: host.boots(6).map(Robust.median))).deviation
        }
        let mean = learnt.reduce(0, +) / Double(learnt.count)
        #expect(abs(mean - 0.03) < 0.003, "\(mean)")
    }

    @Test("a shift is no noise")
    func shift() throws {
        var host = SimulatedBoots(seed: 13)
        (host.within, host.between) = (0, 0.01)
        let medians = (host.boots(30, 100) + host.boots(30, 120)).map(Robust.median)
        let noise = try #require(Noise(series: medians))
        #expect((28...32).contains(noise.boots))
        #expect(noise.deviation < 0.02)
        #expect(try #require(Noise(medians: medians)).deviation > 0.05)
        #expect(Noise(series: medians + [0]) == nil)
        #expect(Noise(series: []) == nil)
    }

    @Test func nothing() {
        #expect(Noise(medians: [1, 2, 3, 4]) == nil)
        #expect(Noise(medians: [1, 2, 3, 4, 0]) == nil)
        #expect(Noise(medians: [2, 2, 2, 2, 2])?.deviation == 0)
    }
}
