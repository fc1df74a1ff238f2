import History
import Results
import Statistics
import Support

extension Benchmarks {
    /// Nights of a suite whose one case has a figure of a million samples in all.
    private static let nights = 2000
    private static let boots = 5
    private static let samplesOfBoot = 100

    /// One figure over all time, out of a database with a million samples of it; and the change points of a thousand boots.
    func history() throws -> [Figure] {
        let history = try History(path: directory + "/history.sqlite")
        var generator = SeededGenerator(seed: 1)
        for night in 0..<Self.nights { try history.record(Self.run(night, &generator)) }
        let key = FigureKey(suite: "bench", caseID: "case", name: "wall")
        let platform = Self.fingerprint
        var query = Samples()
        var search = Samples()
        for _ in 0..<samples {
            let began = ContinuousClock.now
            let series = try history.series(of: key, like: platform)
            query.values.append((ContinuousClock.now - began).microseconds / 1000)
            guard series.boots.count == Self.nights * Self.boots else {
                throw BenchError("the history has \(series.boots.count) boots")
            }
            let medians = series.boots.suffix(1000).map(\.median)
            let searched = ContinuousClock.now
            _ = ChangePoints().find(medians)
            search.values.append((ContinuousClock.now - searched).microseconds / 1000)
        }
        return [
            Figure("history, 1 of 1,000,000 samples' figures", unit: "ms", ours: query, goal: .value(atMost: 50)),
            Figure("change points of 1000 boots", unit: "ms", ours: search, goal: .value(atMost: 500)),
        ]
    }

    private static let fingerprint = Fingerprint(
        platform: ["host.cpu": "bench", "qemu": "bench", "isa.x86": "x86-64", "isa.arm": "aarch64"],
        subject: ["kernel.x86": "bench"])

    /// A night; the second half is slower by 5 %, so that there is something to find.
    private static func run(_ night: Int, _ generator: inout SeededGenerator) -> RunResults {
        let plan = PlannedCase(id: "case", axes: [:], tags: [], seed: 1)
        let typical = night % 200 < 100 ? 100.0 : 105.0
        let started = 1_700_000_000 + 86_400 * Double(night)
        let attempts = (1...boots).map { number in
            let level = typical * (1 + 0.04 * generator.uniform())
            let values = (0..<samplesOfBoot).map { _ in level * (1 + 0.05 * generator.uniform()) }
            return Attempt(
                number: number, boot: "pair-\(number)", started: started, seconds: 1, problems: [],
                measurements: [
                    Measurement("wall", unit: "ms", better: .lower, values),
                    Measurement("hops", unit: "", better: .neither, [20]),
                    Measurement("messages", unit: "", better: .lower, [level]),
                ], folder: "")
        }
        return RunResults(
            run: RunHeader(
                id: "night-\(night)", suite: "bench", suiteFile: "bench.yaml", seed: 1, commandLine: [], version: "",
                started: started, cases: [plan]),
            state: .complete, seconds: 5,
            boots: attempts.map {
                Boot(id: $0.boot ?? "", lab: "pair", started: started, seconds: 1, fingerprint: fingerprint)
            }, cases: [CaseResult(plan: plan, attempts: attempts, reproduce: "")])
    }
}
