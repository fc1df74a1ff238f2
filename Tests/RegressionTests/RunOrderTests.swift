import Logging
import Results
import Support
import TestSupport
import Testing

@testable import Lab
@testable import Regression

@Suite("The order of a run's cases")
struct RunOrderTests {
    private let cases: [SuiteCase]

    init() throws {
        cases = try SampleSuite.cases("- {name: g, program: [is, own], lab: [pair, three], tags: [fast]}")
    }

    private func words(_ turns: [CaseQueue.Turn]) -> [String] {
        turns.map { turn in
            let build = turn.build == .reference ? "reference " : ""
            return "\(build)\(turn.one.point.program.name) on \(turn.one.point.lab.name)-\(turn.round)"
        }
    }

    private func order(_ rounds: Int, _ ride: ReferenceRide? = nil) -> RunOrder {
        RunOrder(cases: cases, plans: cases.map { $0.plan(seed: 1) }, rounds: rounds, ride: ride)
    }

    private func ride(_ reference: String) async throws -> ReferenceRide {
        let scratch = try Scratch()
        let environment = LabEnvironment(
            directories: Directories(cache: scratch.path, state: scratch.path, runtime: scratch.path),
            share: Share(root: scratch.path), variables: [:], commandLine: [], uri: nil, log: Logger(label: "test"))
        let text = SampleSuite.head.replacing("labs:", with: "reference: \(reference)\nlabs:")
        let suite = try SampleSuite.read(
            text
                + """
                - {name: g, program: is, lab: [pair, three], tags: [fast]}
                - {name: g2, program: is, tags: [slow]}

                """.replacing("program: is, lab", with: "program: [is, own], lab"))
        return try #require(try await ReferenceRide(suite, environment: environment))
    }

    @Test("without a reference, it is the suite's, round by round")
    func alone() {
        #expect(
            words(order(2).turns()) == [
                "is on pair-1", "is on three-1", "own on pair-1", "own on three-1", "is on pair-2", "is on three-2",
                "own on pair-2", "own on three-2",
            ])
        #expect(words(order(2).turns { $0.round == 2 && $0.one.point.lab.name == "pair" }).count == 2)
    }

    @Test("with a reference, each lab has a boot of either build, and every second round begins with the other")
    func alternating() async throws {
        let turns = order(2, try await ride("{programs: {is: old/is}}")).turns()
        #expect(
            words(turns) == [
                "is on pair-1", "own on pair-1", "reference is on pair-1", "reference own on pair-1",
                "is on three-1", "own on three-1", "reference is on three-1", "reference own on three-1",
                "reference is on pair-2", "reference own on pair-2", "is on pair-2", "own on pair-2",
                "reference is on three-2", "reference own on three-2", "is on three-2", "own on three-2",
            ])
        let programs = Set(turns.filter { $0.build == .reference }.map(\.one.point.program.source))
        #expect(programs.contains(.binary("/suites/old/is")))
        #expect(
            turns.filter { $0.build == .subject }.allSatisfy {
                $0.one.point.program.source != .binary("/suites/old/is")
            })
    }

    @Test("only cases with the reference's tags are measured twice")
    func tags() async throws {
        let turns = order(1, try await ride("{programs: {is: old/is}, tags: [slow]}")).turns()
        #expect(turns.allSatisfy { $0.build == .subject } && turns.count == 4)
    }
}
