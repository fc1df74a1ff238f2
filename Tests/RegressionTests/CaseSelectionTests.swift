import Results
import Testing
import UserInput

@testable import Regression

@Suite("The choice of cases")
struct CaseSelectionTests {
    private func cases() throws -> [SuiteCase] {
        try SampleSuite.cases(
            "- {name: g, program: [is, own], start: [x86, arm], tags: [a], repeat: 5}\n- {name: h, program: is, tags: [b]}"
        )
    }

    private func choose(_ change: (inout CaseSelection) throws -> Void) throws -> [String] {
        var selection = CaseSelection()
        try change(&selection)
        return try selection.choose(from: try cases()).map(\.id)
    }

    @Test("without a word, all cases are chosen") func all() throws { #expect(try choose { _ in }.count == 21) }

    @Test("ids are exact, and come in the order of the suite")
    func ids() throws {
        #expect(
            try choose { $0.ids = ["h/is/pair/x86/none", "g/is/pair/x86/none/2"] } == [
                "g/is/pair/x86/none/2", "h/is/pair/x86/none",
            ])
    }

    @Test("an id that the suite does not have is told, with the nearest that it has")
    func unknownID() throws {
        let error = try #require(throws: RegressionError.self) { try choose { $0.ids = ["h/is/pair/x68/none"] } }
        #expect(error.summary == "the suite has no case 'h/is/pair/x68/none'; did you mean 'h/is/pair/x86/none'?")
        #expect(error.exitStatus == .usage)
        let far = try #require(throws: RegressionError.self) { try choose { $0.ids = ["zzz"] } }
        #expect(far.summary == "the suite has no case 'zzz'")
        #expect(far.hint == "--dry-run lists them")
    }

    @Test("any of several tags, all of several filters")
    func tagsAndFilters() throws {
        #expect(try choose { $0.tags = ["b"] }.count == 1)
        #expect(try choose { $0.tags = ["a", "b"] }.count == 21)
        #expect(
            try choose { $0.filters = [try CaseFilter(parsing: "program=is"), try CaseFilter(parsing: "start=arm")] }
                .count == 5)
        #expect(
            try choose { selection in
                selection.tags = ["b"]
                selection.filters = [try CaseFilter(parsing: "group=g")]
            } == [])
    }

    @Test("a tag that no case has is told, with the nearest and all others")
    func unknownTag() throws {
        let error = try #require(throws: RegressionError.self) { try choose { $0.tags = ["c"] } }
        #expect(error.summary.hasPrefix("no case has the tag 'c'; did you mean '"))
        #expect(error.hint == "there are a, b")
    }

    @Test("all shards together are all cases, each once", arguments: [1, 2, 3, 7, 21, 40])
    func shards(count: Int) throws {
        let parts = try (1...count).map { number in
            try choose { $0.shard = try Shard(parsing: "\(number)/\(count)") }
        }
        #expect(parts.flatMap(\.self).sorted() == (try choose { _ in }).sorted())
        // None has much more to do than another.
        let sizes = parts.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test("a shard is one of what the other options chose")
    func shardOfChoice() throws {
        let chosen = try choose { selection in
            selection.filters = [try CaseFilter(parsing: "program=own")]
            selection.shard = try Shard(parsing: "2/2")
        }
        #expect(chosen.count == 5)
    }

    @Test(
        "a shard's form",
        arguments: ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1 / 2", "1/", "/2", "9999999999999999999/2"])
    func shardErrors(text: String) {
        let error = #expect(throws: InputError.self) { try Shard(parsing: text) }
        #expect(error?.summary.contains("expected I/N with I from 1 to N, such as 2/4") == true)
    }

    @Test("a shard prints as it is read") func shardText() throws {
        #expect(try Shard(parsing: "02/4").description == "2/4")
    }

    /// A run with one case of each verdict, and one that is not in the suite any more.
    private func run() throws -> RunResults {
        let all = try cases()
        let problems: [[Problem]?] = [[Problem(.exit, "x")], [Problem(.lab, "x")], [], nil]
        let results = zip(all, problems).map { one, problems in
            CaseResult(
                plan: one.plan(seed: 1),
                attempts: problems.map {
                    [Attempt(number: 1, boot: nil, started: 0, seconds: 0, problems: $0, measurements: [], folder: "")]
                } ?? [], reproduce: "")
        }
        let header = RunHeader(
            id: "r", suite: "s", suiteFile: "/s", seed: 1, commandLine: [], version: "", started: 0,
            cases: results.map(\.plan))
        return RunResults(run: header, state: .complete, seconds: 0, boots: [], cases: results)
    }

    @Test("what failed or could not be judged is run again; what passed or was not run is not")
    func rerun() throws {
        let run = try run()
        #expect(try choose { $0.failedIn = run } == ["g/is/pair/x86/none/1", "g/is/pair/x86/none/2"])
        #expect(
            try choose { selection in
                selection.failedIn = run
                selection.ids = ["g/is/pair/x86/none/2", "g/is/pair/x86/none/3"]
            } == ["g/is/pair/x86/none/2"])
    }

    @Test("a run whose failures are not of this suite is told rather than forgotten")
    func rerunOther() throws {
        var run = try run()
        for index in run.cases.indices { run.cases[index].plan.id = "other/\(index)" }
        let error = try #require(throws: RegressionError.self) { try choose { $0.failedIn = run } }
        #expect(error.summary == "none of the 2 cases of run r that failed or could not be judged is one of this suite")
        run.cases = []
        #expect(try choose { $0.failedIn = run } == [])
    }
}
