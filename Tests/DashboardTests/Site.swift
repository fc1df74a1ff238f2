import FoundationEssentials
import HTTPTypes
import History
import Hummingbird
import HummingbirdTesting
import Report
import Results
import Support
import TestSupport

@testable import Dashboard

/// A dashboard over runs of its own.
struct Site {
    let scratch: Scratch
    static let id = "20261130-160000-test-3f2a"
    static let failing = "tutorial/dsm/pair/x86/every-100ms/none/1"
    static let hostile = "a b/ü\"><#%?&~|'\u{202e}javascript:"

    private static let examplePath =
        String(#filePath.dropLast("DashboardTests/Site.swift".count)) + "ResultsTests/Examples/run.json"

    init() throws {
        scratch = try Scratch()
        try Directories.create(runs)
    }

    var runs: String { scratch.file("runs") }
    var database: String { scratch.file("history.sqlite") }

    static func example() throws -> RunResults { try RunResults(reading: examplePath) }

    /// A run's directory with its results, without a log.
    func add(_ results: RunResults) throws {
        try scratch.write(try results.json(), to: "runs/\(results.run.id)/results.json")
    }

    /// A run of the suite `nights` as that of day `day`, with the figure `wall` of its case `a/1` by boot.
    static func night(_ day: Int, wall: [Double] = [100], fails: Bool = false, platform: String = "x") -> RunResults {
        let plan = PlannedCase(id: "a/1", axes: ["program": "a"], tags: [], seed: 1)
        let started = 1_700_000_000 + Double(day) * 86_400
        let boots = wall.indices.map { index in
            Boot(
                id: "pair-\(index + 1)", lab: "pair", started: started, seconds: 3,
                fingerprint: Fingerprint(platform: ["host.cpu": platform], subject: [:]))
        }
        let attempts = wall.enumerated().map { index, value in
            Attempt(
                number: index + 1, round: index + 1, boot: boots[index].id, started: started, seconds: 1,
                problems: fails ? [Problem(.exit, node: "x86", "exit code 1, expected 0")] : [],
                measurements: [Measurement("wall", unit: "ms", better: .lower, [value])],
                folder: "cases/a/1/try-\(index + 1)")
        }
        return RunResults(
            run: RunHeader(
                id: "night-\(day)", suite: "nights", suiteFile: "/s/nights.yaml", seed: 1,
                commandLine: ["popcorn-lab", "test"], version: "1", started: started, cases: [plan]),
            state: .complete, seconds: 60, boots: boots,
            cases: [CaseResult(plan: plan, attempts: attempts, reproduce: "again")])
    }

    func dashboard(token: AccessToken? = nil, isOpen: Bool = false) -> Dashboard {
        Dashboard(
            DashboardSettings(
                runs: runs, history: database, token: token, additions: { _, _ in ReportAdditions() },
                trace: { folder, file in
                    try AtomicFile.write(Array("{\"folder\":\"\(folder)\"}".utf8), to: file)
                }), isOpen: isOpen)
    }

    /// Asks for pages without a server.
    func test(
        _ dashboard: Dashboard? = nil, _ body: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await (dashboard ?? self.dashboard()).application(address: "127.0.0.1", port: 0) { _ in }
            .test(.router, body)
    }

    func get(_ uri: String, headers: HTTPFields = [:], from dashboard: Dashboard? = nil) async throws -> TestResponse {
        try await (dashboard ?? self.dashboard()).application(address: "127.0.0.1", port: 0) { _ in }
            .test(.router) { try await $0.executeRequest(uri: uri, method: .get, headers: headers, body: nil) }
    }

    /// A page that must be there.
    func page(_ uri: String) async throws -> String {
        let response = try await get(uri)
        guard response.status == .ok else { throw Unexpected(uri: uri, response: response) }
        return response.text
    }

    struct Unexpected: Error, CustomStringConvertible {
        var uri: String
        var response: TestResponse
        var description: String { "\(uri): \(response.status) \(response.text.suffix(600))" }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}
