import Results
import Testing

@testable import Regression

@Suite("Figures of a case")
struct CaseMeasurementsTests {
    private func measured(_ figures: String, text: String, wall: Double? = nil, cpu: Double? = nil) throws
        -> [Measurement]
    {
        let made = try Observations(figures.isEmpty ? "" : "figures: {\(figures)}")
        let seen = CaseObserver.Seen(
            observation: try made.seen(), programSeconds: wall, cpuSeconds: cpu, trace: nil, text: text)
        return CaseMeasurements(one: made.one, seen: seen, counters: ["messages": 7]).all
    }

    @Test("what was measured beside the case is told, and never judged")
    func yardstick() throws {
        let made = try Observations("")
        let seen = CaseObserver.Seen(observation: try made.seen(), yardstick: [900, 1100], text: "")
        let found = CaseMeasurements(one: made.one, seen: seen, counters: [:]).all
        #expect(
            found.first { $0.name == "yardstick" }
                == Measurement("yardstick", unit: "us", better: .neither, [900, 1100]))
    }

    private func printed(_ figures: String, _ text: String) throws -> [Measurement] {
        try measured(figures, text: text).filter { !PrintedFigure.takenNames.contains($0.name) }
    }

    @Test("times in ms, and counts, of which the kernels' own are the last word")
    func builtIn() throws {
        let all = try measured("", text: "", wall: 1.25, cpu: 2)
        #expect(
            all.map(\.name) == [
                "wall", "cpu", "faults", "hops", "message_bytes", "messages", "refused", "remote_faults",
            ])
        #expect(all[0] == Measurement("wall", unit: "ms", better: .lower, [1250]))
        #expect(all[4] == Measurement("message_bytes", unit: "B", better: .neither, [5000]))
        #expect(all[5].values == [7])
        #expect(try measured("", text: "").first?.name == "faults")
    }

    @Test(
        "what a program prints is a figure: the first group, or the whole, at each place",
        arguments: [
            ("{matches: 'rate (\\S+)'}", "rate 1.5e3\nrate 2\n", [1500, 2]),
            ("{matches: '[0-9.]+'}", "a 1 b 2.5", [1, 2.5]),
            ("{matches: '^t=(-?\\d+)$'}", "t=-3\nxt=4\nt=5\n", [-3, 5]),
            ("{matches: 'rate (\\S+)'}", "rate fast, rate 3", [3]),
            ("{matches: '(a)|b'}", "b b", []), ("{matches: 'x(\\d+)'}", "", []),
        ])
    func printed(figure: String, text: String, values: [Double]) throws {
        #expect(try printed("f: " + figure, text).map(\.values) == (values.isEmpty ? [] : [values]))
    }

    @Test("unit and direction are the suite's")
    func directions() throws {
        let found = try printed(
            "a: {matches: '1', unit: s, better: lower}, b: {matches: '1', better: higher}, c: {matches: '1'}", "1")
        #expect(found.map(\.better) == [.lower, .higher, .neither])
        #expect(found.map(\.unit) == ["s", "", ""])
    }

    @Test("what is printed for no number does no harm")
    func odd() throws {
        let found = try printed("f: {matches: '(\\S+)'}", "nan inf -inf 1e999 0x10 1")
        #expect(found.map(\.values) == [[16, 1]])
        #expect(try printed("f: {matches: '(\\S+)'}", "nan") == [])
    }
}
