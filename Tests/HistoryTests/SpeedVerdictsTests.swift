import History
import Results
import Statistics
import TestSupport
import Testing

struct SpeedVerdictsTests {
    private let scratch: Scratch
    private let history: History
    private var generator = SeededGenerator(seed: 11)

    init() throws {
        scratch = try Scratch()
        history = try History(path: scratch.file("history.sqlite"))
    }

    /// Boots that differ by up to 2 % from each other.
    private mutating func boots(_ count: Int, _ typical: Double) -> [[Double]] {
        (0..<count).map { _ in
            let level = typical * (1 + 0.04 * (generator.uniform() - 0.5))
            return (0..<5).map { _ in level * (1 + 0.01 * generator.uniform()) }
        }
    }

    private mutating func recordNights(_ nights: Int, boots count: Int = 3) throws {
        for day in 0..<nights { try history.record(MadeRuns.run(day: day, wall: boots(count, 100))) }
    }

    @Test("a slower run is told, whether it is recorded yet or not")
    mutating func slower() throws {
        try recordNights(12)
        let run = MadeRuns.run(day: 20, wall: boots(3, 110))
        let verdicts = try SpeedVerdicts(of: run, in: history)
        try history.record(run)
        try history.record(MadeRuns.run(day: 21, wall: boots(3, 500)))
        #expect(try SpeedVerdicts(of: run, in: history) == verdicts)
        let judged = try #require(verdicts.slower.first)
        #expect(verdicts.judged.count == 1 && verdicts.notCompared == [])
        #expect((judged.key.caseID, judged.key.name, judged.unit) == ("a", "wall", "ms"))
        #expect((judged.comparison.oldBoots, judged.comparison.newBoots) == (30, 3))
        #expect((1.07...1.13).contains(judged.comparison.ratio))
        #expect(judged.comparison.low > 1)
        #expect(judged.noise?.boots == 36)
        #expect(judged.minimumEffect == 0.03)
    }

    @Test("faster is told by the figure's direction, and a figure without one is not judged")
    mutating func directions() throws {
        for (day, better) in zip(0..., Measurement.Direction.allCases) {
            for night in 0..<12 {
                var run = MadeRuns.run(day: 100 * day + night, wall: boots(3, 100), better: better)
                run.run.suite = better.rawValue
                try history.record(run)
            }
            var run = MadeRuns.run(day: 100 * day + 50, wall: boots(3, 90), better: better)
            run.run.suite = better.rawValue
            let verdicts = try SpeedVerdicts(of: run, in: history)
            let words: [Measurement.Direction: [SpeedClass]] = [.lower: [.faster], .higher: [.slower], .neither: []]
            #expect(verdicts.judged.map(\.verdict) == words[better])
            #expect(verdicts.faster.count == (better == .lower ? 1 : 0))
        }
    }

    @Test("as fast as ever is no alarm, and noise larger than the minimum effect raises that")
    mutating func unchanged() throws {
        try recordNights(12)
        let calm = try SpeedVerdicts(of: MadeRuns.run(day: 20, wall: boots(6, 100)), in: history)
        #expect(calm.judged.map(\.verdict) == [.unchanged])
        for day in 30..<60 { try history.record(MadeRuns.run(day: day, wall: [[100], [130], [160]])) }
        let noisy = try SpeedVerdicts(of: MadeRuns.run(day: 70, wall: [[140], [141], [142]]), in: history)
        #expect(noisy.judged[0].minimumEffect > 0.2)
        #expect(noisy.judged[0].verdict == .undecided)
    }

    /// By itself, a p-value of 2/5456 is far from chance; among 200 figures it is not.
    @Test("the more figures, the more is asked of each")
    mutating func holm() throws {
        func run(day: Int, _ figures: Int, slow: Bool, _ boots: [[Double]]) -> RunResults {
            let attempts = boots.enumerated().map { index, values in
                MadeRuns.attempt(
                    index + 1, on: "pair-\(index + 1)",
                    (0..<figures).map { figure in
                        Measurement(
                            "f\(figure)", unit: "ms", better: .lower, values.map { slow && figure == 0 ? $0 * 1.1 : $0 }
                        )
                    })
            }
            return MadeRuns.run(
                day: day, boots: boots.map { _ in MadeRuns.fingerprint() }, [MadeRuns.result("a", attempts)])
        }
        for (figures, words) in [(20, SpeedClass.slower), (200, .undecided)] {
            let history = try History(path: scratch.file("\(figures).sqlite"))
            for day in 0..<10 { try history.record(run(day: day, figures, slow: false, boots(3, 100))) }
            let verdicts = try SpeedVerdicts(of: run(day: 20, figures, slow: true, boots(3, 100)), in: history)
            #expect(verdicts.judged.count == figures)
            #expect(verdicts.judged[0].verdict == words)
            #expect(
                abs(verdicts.judged[0].comparison.pValue * Double(figures) / verdicts.judged[0].adjustedPValue - 1)
                    < 1e-9)
        }
    }

    @Test("what is not compared says why")
    mutating func notCompared() throws {
        try recordNights(2)
        for day in 2..<6 {
            try history.record(MadeRuns.run(day: day, wall: boots(3, 100), on: MadeRuns.fingerprint(["qemu": "8.0"])))
        }
        func reasons(_ run: RunResults) throws -> [String] {
            let verdicts = try SpeedVerdicts(of: run, in: history)
            #expect(verdicts.judged == [])
            return verdicts.notCompared.flatMap(\.reasons)
        }
        let few = try reasons(MadeRuns.run(day: 9, wall: boots(3, 100)))
        #expect(few.count == 2)
        #expect(few[0].hasPrefix("too few boots: 3 here and 6 before"))
        #expect(few[1] == "12 boots before had another platform: qemu: 7.2, not 8.0")
        #expect(try reasons(MadeRuns.run(day: 9, wall: boots(1, 100)))[0].hasPrefix("too few boots: 1 here"))
        #expect(
            try reasons(MadeRuns.run(day: 9, wall: boots(3, 100), unit: "s")) == [
                "the history has nothing of it in 's'"
            ])
        #expect(
            try reasons(MadeRuns.run(day: 9, wall: boots(4, 0))) == [
                "some values are not above zero, and have no ratio"
            ])
        // Boots of one run on two platforms are not mixed.
        var mixed = MadeRuns.run(day: 9, wall: boots(4, 100))
        for index in 1..<4 { mixed.boots[index].fingerprint = MadeRuns.fingerprint(["qemu": "9"]) }
        #expect(try reasons(mixed).last == "3 boots here had another platform: qemu: 7.2, not 9")
    }

    @Test("an attempt that failed says nothing of speed")
    mutating func failed() throws {
        try recordNights(12)
        var run = MadeRuns.run(day: 20, wall: boots(3, 500))
        for index in 0..<3 { run.cases[0].attempts[index].problems = [Problem(.timeLimit, "too long")] }
        let verdicts = try SpeedVerdicts(of: run, in: history)
        #expect(verdicts.judged == [] && verdicts.notCompared == [])
    }

    @Test("what fresh boots do not confirm is not told")
    mutating func confirmation() throws {
        try recordNights(12)
        let slow = try SpeedVerdicts(of: MadeRuns.run(day: 20, wall: boots(3, 110)), in: history)
        let again = try SpeedVerdicts(of: MadeRuns.run(day: 21, wall: boots(4, 111)), in: history)
        let calm = try SpeedVerdicts(of: MadeRuns.run(day: 22, wall: boots(4, 100)), in: history)
        let fast = try SpeedVerdicts(of: MadeRuns.run(day: 23, wall: boots(4, 90)), in: history)
        let none = try SpeedVerdicts(of: MadeRuns.run(day: 24, wall: boots(1, 110)), in: history)
        #expect(slow.slower.count == 1 && fast.faster.count == 1 && none.judged == [])
        #expect(slow.confirmed(by: again) == slow)
        for other in [calm, fast, none] {
            #expect(slow.confirmed(by: other).judged.map(\.verdict) == [.undecided])
        }
        #expect(calm.confirmed(by: again) == calm)
    }

    @Test("a reference build that is as much slower tells the host from the build")
    mutating func reference() throws {
        try recordNights(12)
        for day in 0..<12 {
            var run = MadeRuns.run(day: day, wall: boots(3, 100))
            (run.run.suite, run.run.id) = ("reference", "reference-\(day)")
            try history.record(run)
        }
        var beside = MadeRuns.run(day: 20, wall: boots(3, 110))
        beside.run.suite = "reference"
        let host = try SpeedVerdicts(of: beside, in: history)
        beside.cases[0].attempts.removeAll()
        let none = try SpeedVerdicts(of: beside, in: history)
        #expect(host.slower.count == 1 && none.judged == [])
        let slow = try SpeedVerdicts(of: MadeRuns.run(day: 20, wall: boots(3, 110)), in: history)
        let slower = try SpeedVerdicts(of: MadeRuns.run(day: 20, wall: boots(3, 130)), in: history)
        #expect(slow.slower.count == 1 && slower.slower.count == 1)
        #expect(slow.relative(to: host).judged.map(\.verdict) == [.undecided])
        #expect(slower.relative(to: host) == slower)
        #expect(slow.relative(to: none) == slow)
    }
}
