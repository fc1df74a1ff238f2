import Foundation
import Results
import Support
import TestSupport
import Testing

/// `results.json`, and the schema that describes it.
struct ResultsJSONTests {
    private let scratch: Scratch
    private static let schema = Example.path("docs/schemas/results-1.json")

    init() throws { scratch = try Scratch() }

    private func complaint(of text: String) async throws -> String? {
        try await Example.complaint("/usr/bin/jsonschema", ["-i", try scratch.write(text, to: "r.json"), Self.schema])
    }

    @Test func isWhatTheSchemaSays() async throws {
        var results = try Example.run()
        results.run.shard = "2/4"
        results.run.boots = 3
        results.boots[0].reference = "v1.2"
        results.cases[0].reference = results.cases[0].attempts
        #expect(try await complaint(of: results.json()) == nil)
        #expect(try RunResults(reading: scratch.write(results.json(), to: "b.json")) == results)
        #expect(try await complaint(of: Example.hostileRun().json()) == nil)
        #expect(try RunResults(reading: Example.file).json() == Example.run().json())
    }

    @Test func comesBack() throws {
        for results in [try Example.run(), try Example.hostileRun()] {
            let text = try results.json()
            // Its bytes that are no UTF-8 are gone.
            let back = try RunResults(reading: scratch.write(text, to: "r.json"))
            #expect(try back.json() == text)
        }
        #expect(try RunResults(reading: scratch.write(Example.run().json(), to: "r.json")) == Example.run())
    }

    /// Programs that read it need not know what follows from what.
    @Test func saysTheVerdicts() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(Example.run().json().utf8)) as? [String: Any])
        #expect(object["verdict"] as? String == "failed")
        #expect(
            object["counts"] as? [String: Int] == ["passed": 4, "failed": 2, "not-judged": 1, "not-run": 1, "flaky": 1])
        let cases = try #require(object["cases"] as? [[String: Any]])
        #expect(cases.compactMap { $0["verdict"] as? String } == (try Example.run().cases.map(\.verdict.rawValue)))
        #expect(cases.map { $0["flaky"] as? Bool } == (try Example.run().cases.map(\.isFlaky)))
    }

    @Test(arguments: [
        (#""schema" : 1"#, #""schema" : 2"#),
        (#""state" : "complete""#, #""state" : "done""#),
        (#""kind" : "time-limit""#, #""kind" : "slow""#),
        (#""better" : "lower""#, #""better" : "up""#),
        (#""number" : 1"#, #""number" : 0"#),
        (#""seconds" : 1.91"#, #""seconds" : "1.91""#),
        (#""reproduce" :"#, #""again" :"#),
        (#""not-judged" : 1"#, #""not-judged" : -1"#),
        (#""version" : "0.1.0""#, #""version" : "0.1.0", "more" : 1"#),
        (#""seed" : 7"#, #""seed" : 4294967296"#),
    ])
    func schemaRefuses(_ right: String, _ wrong: String) async throws {
        let text = try Example.run().json()
        let broken = text.replacing(right, with: wrong, maxReplacements: 1)
        #expect(broken != text)
        #expect(try await complaint(of: broken) != nil)
    }

    @Test(arguments: [
        (#""schema" : 1"#, #""schema" : 2"#, ResultErrorCode.newer, "format 2"),
        (#""schema" : 1"#, #""schema" : 0"#, .damaged, "format 0"),
        (#""schema" : 1"#, #""scheme" : 1"#, .damaged, "'schema'"),
        (#""kind" : "time-limit""#, #""kind" : "slow""#, .damaged, "cases.5.attempts.0.problems.0.kind"),
        (#""reproduce" :"#, #""again" :"#, .damaged, "reproduce"),
        (#""id" : "tutorial/primesum"#, #""id" : "other/primesum"#, .damaged, "the cases are not those"),
        ("{", "[", .damaged, "no results of a run"),
    ])
    func readerRefuses(_ right: String, _ wrong: String, _ code: ResultErrorCode, _ word: String) throws {
        let text = try Example.run().json().replacing(right, with: wrong, maxReplacements: 1)
        let path = try scratch.write(text, to: "r.json")
        let error = #expect(throws: ResultError.self) { try RunResults(reading: path) }
        #expect(error?.code == code)
        #expect(error?.summary.contains(word) == true, "\(String(describing: error))")
        #expect(error?.summary.contains(path) == true)
    }

    /// The log is never behind what was made of it.
    @Test func directory() throws {
        let results = try Example.run()
        try scratch.write(results.json(), to: "run/results.json")
        #expect(try RunResults(reading: scratch.file("run")) == results)
        let log = try ResultLog(path: scratch.file("run/events.jsonl"))
        try log.append(.began(results.run))
        #expect(try RunResults(reading: scratch.file("run")).count(.notRun) == 8)
        #expect(try RunResults(reading: scratch.file("run/events.jsonl")).state == .unfinished)
        #expect(throws: SystemError.self) { try RunResults(reading: scratch.file("none")) }
    }
}
