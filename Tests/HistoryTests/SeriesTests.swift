import History
import Results
import TestSupport
import Testing

struct SeriesTests {
    private let scratch: Scratch
    private let history: History
    private let wall = FigureKey(suite: "nightly", caseID: "a", name: "wall")

    init() throws {
        scratch = try Scratch()
        history = try History(path: scratch.file("history.sqlite"))
    }

    @Test("a figure over time is a median for each boot, the oldest first")
    func series() throws {
        for day in [2, 0, 1] {
            try history.record(MadeRuns.run(day: day, wall: [[Double(day), 10, 20], [Double(day)]]))
        }
        let series = try history.series(of: wall)
        #expect(series.boots.map(\.run) == [0, 0, 1, 1, 2, 2].map { "run-\($0)-nightly" })
        #expect(series.boots.map(\.boot) == ["pair-1", "pair-2", "pair-1", "pair-2", "pair-1", "pair-2"])
        #expect(series.boots.map(\.median) == [10, 0, 10, 1, 10, 2])
        #expect(series.boots.map(\.count) == [3, 1, 3, 1, 3, 1])
        #expect((series.unit, series.better) == ("ms", .lower))
        #expect(series.boots[0].fingerprint == MadeRuns.fingerprint())
        #expect(try history.series(of: wall, runs: 2).boots.map(\.median) == [10, 1, 10, 2])
        #expect(try history.series(of: wall, before: MadeRuns.run(day: 2, a: true).run).boots.count == 4)
        #expect(try history.samples(of: wall, run: "run-1-nightly", boot: "pair-1") == [1, 10, 20])
    }

    @Test("tries on one boot count as one boot, and those that failed do not count")
    func attempts() throws {
        func tried(_ number: Int, fails: Bool, _ values: [Double]) -> Attempt {
            MadeRuns.attempt(number, fails: fails, [Measurement("wall", unit: "ms", better: .lower, values)])
        }
        let attempts = [
            tried(1, fails: true, [1000]), tried(2, fails: false, [1, 2]), tried(3, fails: false, [9, 10, 11]),
            MadeRuns.attempt(4, on: nil, [Measurement("wall", unit: "ms", better: .lower, [5000])]),
        ]
        try history.record(MadeRuns.run(day: 0, [MadeRuns.result("a", attempts)]))
        let series = try history.series(of: wall)
        #expect(series.boots.map(\.median) == [9])
        #expect(series.boots.map(\.count) == [5])
        #expect(try history.samples(of: wall, run: "run-0-nightly", boot: "pair-1") == [1, 2, 9, 10, 11])
    }

    @Test("unlike platforms are left out, and it says what differs; what is tested may differ")
    func platforms() throws {
        let newer = MadeRuns.fingerprint(["qemu": "8.0", "vcpus.x86": "2"])
        try history.record(MadeRuns.run(day: 0, wall: [[1], [2]], on: newer))
        let otherKernel = MadeRuns.fingerprint(subject: ["kernel.x86": "b"])
        try history.record(MadeRuns.run(day: 1, wall: [[3]], on: otherKernel))
        try history.record(MadeRuns.run(day: 2, wall: [[4]]))
        let series = try history.series(of: wall, like: MadeRuns.fingerprint())
        #expect(series.boots.map(\.median) == [3, 4])
        #expect(series.boots[0].fingerprint.subject == ["kernel.x86": "b"])
        #expect(series.leftOut.map(\.boot) == ["pair-1", "pair-2"])
        #expect(series.leftOut[0].differences == ["qemu: 7.2, not 8.0", "vcpus.x86: absent, not 2"])
        // Only runs with boots of the platform are counted.
        #expect(try history.series(of: wall, like: newer, runs: 1).boots.map(\.median) == [1, 2])
        #expect(try history.series(of: wall).leftOut == [])
    }

    @Test("a figure whose unit changed is another one")
    func units() throws {
        try history.record(MadeRuns.run(day: 0, wall: [[1000]], unit: "us"))
        try history.record(MadeRuns.run(day: 1, wall: [[1]], unit: "ms", better: .higher))
        let series = try history.series(of: wall)
        #expect((series.unit, series.better) == ("ms", .higher))
        #expect(series.boots.map(\.median) == [1])
        #expect(try history.series(of: wall, unit: "us").boots.map(\.median) == [1000])
    }

    @Test("what is not there is told, with the nearest name")
    func unknown() throws {
        try history.record(
            MadeRuns.run(
                day: 0,
                [
                    MadeRuns.result(
                        "primes/1", [MadeRuns.attempt(1, [Measurement("wall", unit: "ms", better: .lower, [1])])])
                ]))
        for (caseID, name, unit) in [("primes/1", "wal", nil), ("primes/1", "wall", "s"), ("x", "wall", nil)] {
            let error = #expect(throws: HistoryError.self) {
                try history.series(of: FigureKey(suite: "nightly", caseID: caseID, name: name), unit: unit)
            }
            #expect(error?.code == .unknown)
        }
        let error = #expect(throws: HistoryError.self) { try history.suites(ofCase: "prime/1") }
        #expect(error?.summary.hasSuffix("did you mean 'primes/1'?") == true)
        #expect(try history.suites(ofCase: "primes/1") == ["nightly"])
        #expect(try history.figures(suite: "nightly", caseID: "primes/1") == ["wall"])
    }
}
