import Statistics
import Testing

@testable import Regression

@Suite("A slowdown that is looked for")
struct KnownSlowdownTests {
    /// Boots of two builds of which the second's figures take so much of the first's.
    private func outcome(_ ratios: [String: Double], better: Better = .lower) -> BuildComparison.Outcome {
        var comparison = SequentialComparison(figures: ratios.mapValues { _ in better })
        for boot in 0..<9 {
            for side in [SequentialComparison.Side.base, .head] {
                comparison.add(
                    ratios.mapValues { [(100 + Double(boot)) * (side == .head ? $0 : 1)] }, from: side)
            }
        }
        return BuildComparison.Outcome(
            suite: "s", base: "a", head: "b", plan: comparison.plan, boots: [:], stop: nil,
            findings: comparison.findings, failures: [:], areEqual: false)
    }

    @Test("half of the least effect is what further commits are asked for, of the figures that are slower")
    func effects() throws {
        let known = try #require(
            KnownSlowdown(outcome(["c: wall": 4, "c: hop.leave x86->arm": 2.25, "c: cpu": 1]), caseID: "c"))
        #expect(known.figures.sorted() == ["hop.leave x86->arm", "wall"])
        #expect(abs(known.minimumEffect - 0.5) < 1e-9)
        let rate = try #require(KnownSlowdown(outcome(["c: rate": 1 / 1.44], better: .higher), caseID: "c"))
        #expect(rate.figures == ["rate"] && abs(rate.minimumEffect - 0.2) < 1e-9)
    }

    @Test("where nothing is slower, nothing is known")
    func nothing() {
        #expect(KnownSlowdown(outcome(["c: wall": 1]), caseID: "c") == nil)
        #expect(KnownSlowdown(outcome(["c: wall": 0.5]), caseID: "c") == nil)
        #expect(KnownSlowdown(outcome(["d: wall": 2]), caseID: "c") == nil)
    }

    @Test("a figure that is named in full is that one alone")
    func exactly() {
        #expect(FigureGlob(exactly: "hop.*").matches("hop.*") && !FigureGlob(exactly: "hop.*").matches("hop.leave"))
        #expect(FigureGlob("hop.*").matches("hop.leave"))
    }
}
