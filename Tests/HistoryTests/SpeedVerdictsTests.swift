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

    /// A night in which the host makes everything slower by a factor of its own, and the build besides by `build`.
    private mutating func night(
        _ day: Int, host: Double, build: Double = 1, boots count: Int = 3, reference: String = "v1",
        fails: Bool = false
    ) -> RunResults {
        let own = boots(count, 100 * host * build), beside = boots(count, 80 * host)
        var run = MadeRuns.run(day: day, wall: own + beside)
        for index in 0..<count {
            run.cases[0].attempts[index].round = index + 1
            run.boots[count + index].reference = reference
            run.boots[count + index].fingerprint.platform["reference"] = reference
        }
        run.cases[0].reference = run.cases[0].attempts[count...].enumerated().map { index, attempt in
            var attempt = attempt
            (attempt.number, attempt.round) = (index + 1, index + 1)
            if fails { attempt.problems = [Problem(.exit, "exit code 1")] }
            return attempt
        }
        run.cases[0].attempts.removeLast(count)
        return run
    }

    @Test("beside a reference, a slow host is no slow build, and a slow build is one on any host")
    mutating func reference() throws {
        // Nights differ by up to 40 %, which by themselves would hide everything.
        for day in 0..<12 { try history.record(night(day, host: [1, 1.4, 0.9, 1.2][day % 4])) }
        func verdict(_ run: RunResults) throws -> SpeedVerdicts.Judged {
            let verdicts = try SpeedVerdicts(of: run, in: history)
            try #require(verdicts.judged.count == 1 && verdicts.notCompared == [])
            return verdicts.judged[0]
        }
        let slowHost = try verdict(night(20, host: 1.6, boots: 6))
        #expect((slowHost.key.name, slowHost.unit) == ("wall / reference", ""))
        #expect((1.2...1.3).contains(slowHost.before) && slowHost.verdict == .unchanged)
        let slower = try verdict(night(21, host: 1.6, build: 1.1))
        #expect(slower.verdict == .slower && (1.06...1.14).contains(slower.comparison.ratio))
        // A faster host hides nothing.
        #expect(try verdict(night(22, host: 0.7, build: 1.1)).verdict == .slower)
        #expect(try verdict(night(23, host: 1.6, build: 0.9)).verdict == .faster)
        // By itself, the same night would be an alarm.
        var alone = night(24, host: 1.6, boots: 6)
        alone.cases[0].reference = nil
        #expect(try SpeedVerdicts(of: alone, in: history).slower.map(\.key.name) == ["wall"])
    }

    @Test("another reference cannot be compared, nor one that did not pass, and why is told")
    mutating func otherReference() throws {
        for day in 0..<12 { try history.record(night(day, host: 1)) }
        let other = try SpeedVerdicts(of: night(20, host: 1, reference: "v2"), in: history)
        #expect(other.judged == [])
        #expect(
            other.notCompared.flatMap(\.reasons).last == "36 boots before had another platform: reference: v2, not v1")
        let failed = try SpeedVerdicts(of: night(21, host: 1, fails: true), in: history)
        #expect(failed.judged == [])
        #expect(failed.notCompared.map(\.reasons) == [["the reference build did not pass beside it"]])
    }

    @Test("a figure that the reference does not have is judged by itself")
    mutating func ownFigure() throws {
        func run(_ day: Int, _ more: Double) -> RunResults {
            var run = night(day, host: 1)
            for index in run.cases[0].attempts.indices {
                run.cases[0].attempts[index].measurements.append(
                    Measurement("new", unit: "ms", better: .lower, [more + Double(index) / 100]))
            }
            return run
        }
        for day in 0..<12 { try history.record(run(day, 50)) }
        let verdicts = try SpeedVerdicts(of: run(20, 60), in: history)
        #expect(verdicts.judged.map(\.key.name) == ["new", "wall / reference"])
        #expect(verdicts.slower.map(\.key.name) == ["new"])
    }

    @Test("a run with a reference comes back as it was, and its figures are marked")
    mutating func recorded() throws {
        let run = night(1, host: 1)
        #expect(try history.record(run) == .added)
        #expect(try history.run(run.run.id) == run)
        #expect(try history.record(run) == .kept)
        let names = try history.figures(suite: "nightly", caseID: "a")
        #expect(names == ["wall", "wall (reference)", "wall / reference"])
        let ratios = try history.series(of: FigureKey(suite: "nightly", caseID: "a", name: "wall / reference"))
        #expect(ratios.boots.map(\.boot) == ["pair-4", "pair-5", "pair-6"] && ratios.unit == "")
        #expect(ratios.boots.allSatisfy { $0.fingerprint.platform["reference"] == "v1" })
        #expect(ratios.boots.allSatisfy { (1.15...1.35).contains($0.median) })
    }
}
