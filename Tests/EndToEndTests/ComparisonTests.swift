import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

/// What `ab --json` says, as far as these tests look.
private struct Comparison: Decodable {
    struct Finding: Decodable {
        var verdict: String
    }

    var areEqual: Bool
    var boots: [String: Int]
    var findings: [String: Finding]
}

/// A suite of one case that hops by itself, and is compared on two labs that are alike.
private struct ComparedSuite {
    let fixture: SuiteFixture
    let lab: Lab
    /// A lab file of either side.
    let sides: String

    init(_ name: String, _ lab: Lab, hops: Int) throws {
        self.lab = lab
        sides = lab.workplace.file("\(name)-pair.yaml")
        try AtomicFile.write("nodes: [{isa: x86}, {isa: arm}]\n", to: sides)
        fixture = try SuiteFixture(
            name, lab,
            yaml: """
                name: \(name)
                labs: {pair: {nodes: "x86,arm"}}
                programs: {torture: {shipped: torture}}
                cases: [{name: hops, program: torture, arguments: --rounds 1 --hops \(hops), migrate: own}]
                """)
    }

    func compare(_ words: String..., exit: Int32, limit: Duration) async throws -> (Comparison, run: String) {
        let ending = try await lab(
            words: [
                "ab", fixture.path, "--base", sides, "--head", sides, "--figure", "hop.there_and_back*", "--json",
            ] + words, exit: exit, limit: limit)
        let run = try #require(ending.errorText.split(separator: "\n").last.map(String.init))
        return (try JSONDecoder().decode(Comparison.self, from: Data(ending.output)), run)
    }
}

extension EndToEnd.Regression {
    @Test("a comparison measures plain TCP beside each case, and ends at its time without a word too much")
    func yardstick() async throws {
        let suite = try ComparedSuite("yardstick", try Lab.ofSuites(), hops: 60)
        let (measured, run) = try await suite.compare("--timeout", "1s", exit: 2, limit: .seconds(200))
        #expect(measured.areEqual && measured.boots == ["base": 1, "head": 0])
        let events = try ResultLog.events(run + "/boots/1-base/events.jsonl")
        let attempts = events.compactMap { event in
            if case .tried(_, let attempt) = event { attempt } else { nil }
        }
        let measurements = try #require(attempts.first).measurements
        let trips = try #require(measurements.first { $0.name == "yardstick" })
        #expect(trips.values.count > 5 && trips.values.allSatisfy { $0 > 10 && $0 < 1_000_000 })
        let returns = try #require(measurements.first { $0.name == "hop.there_and_back x86<->arm" })
        let hop = try #require(measurements.first { $0.name == "hop.hop x86->arm" })
        #expect(returns.values[0] > hop.values[0] / 2)
    }
}

extension EndToEnd.Long {
    @Test("a message layer that is slower by 400 µs a message is found, and one that is not slower is not blamed")
    func slower() async throws {
        let suite = try ComparedSuite("slower", try Lab.ofSuites(), hops: 600)
        let delay = "echo 400 > /sys/module/msg_socket/parameters/delay_us"
        let (slow, _) = try await suite.compare("--head-setup", delay, "--boots", "9", exit: 5, limit: .seconds(900))
        #expect(slow.findings.values.map(\.verdict) == ["slower"] && !slow.areEqual)
        let (same, _) = try await suite.compare("--boots", "6", "--effect", "50", exit: 0, limit: .seconds(900))
        #expect(same.findings.values.map(\.verdict) == ["unchanged"] && same.areEqual)
    }
}
