import FoundationEssentials
import Results
import Support
import TestSupport
import Testing

extension EndToEnd.Regression {
    /// Every kind of end that a case can have, one after the other, in one run: each has its own verdict, and what one did to
    /// its lab is not held against the next.
    @Test("verdicts are four, and a case's fault is not its neighbour's")
    func verdicts() async throws {
        let lab = try Lab.ofSuites()
        let suite = try SuiteFixture(
            "verdicts", lab,
            yaml: """
                name: verdicts
                labs:
                  pair: {nodes: "x86,arm", message_layer: {dead_after: 5s}}
                  dead: {nodes: [{isa: x86, cmdline: rdinit=/nowhere}]}
                programs:
                  cases: {sources: SOURCES/cases.c}
                  broken: {sources: SOURCES/absent.c}
                  missing: {binary: SOURCES/missing}
                faults:
                  arm-dies: [{kill: arm, at: 0ms}]
                defaults: {expect: {within: 2s}}
                cases:
                  - name: fine
                    program: cases
                    migrate: own
                    expect: {stdout: {exact: "took 40.5 ms\\n"}, counts: {hops: 2}}
                    figures: {took: {matches: "took ([0-9.]+) ms", unit: ms, better: lower}}
                  - {name: wrong, program: cases, migrate: own, expect: {stdout: {exact: "took 1 ms\\n"}}}
                  - {name: code, program: cases, arguments: exit}
                  - {name: crash, program: cases, arguments: crash, expect: {signal: SIGSEGV}}
                  - {name: flood, program: cases, arguments: flood, expect: {within: 60s}}
                  - {name: hang, program: cases, arguments: hang}
                  - {name: after-hang, program: cases, migrate: own}
                  - {name: linger, program: cases, arguments: linger}
                  - {name: panic, program: cases, arguments: panic}
                  - {name: after-panic, program: cases, migrate: own}
                  - {name: taken, program: cases, arguments: hang, fault: arm-dies, start: arm, expect: {exit: any}}
                  - {name: no-build, program: broken}
                  - {name: no-file, program: missing}
                  - {name: no-lab, program: cases, lab: dead}
                """)
        let results = try await suite.run(exit: 1)
        #expect(results.state == .complete)
        for name in ["fine", "crash", "after-hang", "after-panic", "taken"] {
            let one = try results.one(name)
            #expect(one.verdict == .passed && !one.isFlaky, "\(one)")
        }
        let kinds: [(String, Problem.Kind)] = [
            ("wrong", .stdout), ("code", .exit), ("flood", .outputLimit), ("hang/", .timeLimit), ("linger", .leftovers),
            ("panic/", .guestDied), ("no-build", .build), ("no-file", .build), ("no-lab", .lab),
        ]
        for (name, kind) in kinds {
            let one = try results.one(name)
            #expect(one.headline?.kind == kind, "\(one)")
            #expect(one.verdict == kind.verdict, "\(one)")
        }
        let took = try results.one("fine").attempts[0].measurements.first { $0.name == "took" }
        #expect(took?.values == [40.5])
        try check(suite, results)
        #expect(try await lab("ls").text.contains("-pair-") == false)
    }

    /// What a failure leaves to look at, and how it is told elsewhere.
    private func check(_ suite: SuiteFixture, _ results: RunResults) throws {
        let directory = suite.directory(results)
        let hang = try #require(try results.one("hang/").attempts.first)
        #expect(hang.diagnosis.contains { $0.contains("cases") }, "\(hang.diagnosis)")
        let folder = "\(directory)/\(hang.folder)/diagnosis"
        #expect(FileManager.default.fileExists(atPath: folder + "/x86/tasks.txt"))
        let flood = try #require(try results.one("flood").attempts.first)
        let size =
            try FileManager.default.attributesOfItem(atPath: "\(directory)/\(flood.folder)/stdout")[.size] as? Int
        #expect(size == 16 << 20)
        let reproduce = try results.one("wrong").reproduce
        #expect(reproduce.contains("--case wrong/cases/pair/x86/own --seed \(results.run.seed)"))
    }

    @Test("a case that passes when it is tried again is flaky, and both tries are kept")
    func flaky() async throws {
        let lab = try Lab.ofSuites()
        let suite = try SuiteFixture(
            "flaky", lab,
            yaml: """
                name: flaky
                labs: {pair: {nodes: "x86"}}
                programs: {cases: {sources: SOURCES/cases.c}}
                cases: [{name: once, program: cases, arguments: once}]
                """)
        let results = try await suite.run("--retries", "1", exit: 0)
        let once = try results.one("once")
        #expect(once.isFlaky)
        #expect(once.attempts.map(\.problems.count) == [1, 0])
        for attempt in once.attempts {
            let manifest = "\(suite.directory(results))/\(attempt.folder)/manifest.json"
            #expect(FileManager.default.fileExists(atPath: manifest))
        }
    }

    /// The reference's program does more, and both are as they were built; what counts is the ratio.
    @Test(
        "a reference build is measured beside the one under test, on boots of its own, and the history knows the ratio")
    func reference() async throws {
        let lab = try Lab.ofSuites()
        let old = lab.workplace.file("old-cases")
        let compiler = CommandLineTool(executable: try builtProgram("popcorn-cc"))
        let source = try #require(SuiteFixture.sources) + "/cases.c"
        let built = try await compiler(["-O2", "-DEXTRA_MS=300", source, "-o", old], limit: .seconds(60))
        #expect(built.status == 0, "\(built)")
        let suite = try SuiteFixture(
            "reference", lab,
            yaml: """
                name: reference
                boots: 2
                reference: {programs: {cases: \(old)}, tags: [speed]}
                labs: {pair: {nodes: "x86"}}
                programs: {cases: {sources: SOURCES/cases.c}}
                cases:
                  - name: fast
                    program: cases
                    tags: [speed]
                    figures: {took: {matches: "took ([0-9.]+) ms", unit: ms, better: lower}}
                  - {name: other, program: cases, arguments: exit, expect: {exit: 7}}
                """)
        let results = try await suite.run(exit: 0)
        #expect(results.boots.map { $0.reference != nil } == [false, true, true, false])
        let fast = try results.one("fast")
        #expect(fast.attempts.map(\.round) == [1, 2] && fast.reference?.map(\.round) == [1, 2])
        #expect(fast.reference?.allSatisfy { $0.verdict == .passed } == true, "\(fast)")
        #expect(try results.one("other").reference == nil)
        let history = try await lab("history", "show", fast.plan.id)
        for name in ["took ", "took (reference) ", "took / reference ", "wall / reference "] {
            #expect(history.lines.contains { $0.hasPrefix(name) }, "\(history.text)")
        }
        let ratio = try await lab("history", "show", fast.plan.id, "--figure", "took / reference", "--format", "json")
        struct Shown: Decodable {
            struct Series: Decodable { var boots: [Point] }
            struct Point: Decodable { var median: Double }
            var series: Series
        }
        let shown = try JSONDecoder().decode([Shown].self, from: Data(ratio.output))
        let medians = shown.flatMap(\.series.boots).map(\.median)
        #expect(medians == [40.5 / 340.5, 40.5 / 340.5], "\(medians)")
    }

    @Test("a killed runner's results are there, and --resume does the rest and takes its labs down")
    func resume() async throws {
        let lab = try Lab.ofSuites()
        let suite = try SuiteFixture("resume", lab, repeating: 4)
        var tool = lab.workplace.popcornLab
        tool.environment["POPCORN_LAB_LAB"] = lab.name
        let running = try tool.start(["test", suite.path, "--seed", "5"])
        try await running.errors(contain: "passed")
        let second = try await lab("test", "--resume", "last", exit: 75)
        #expect(second.errorText.contains("still going on"))
        running.send(SIGKILL)
        _ = try await running.end(within: .seconds(20))
        let partial = try await lab("results", "last", "--format", "json")
        let before = try JSONDecoder().decode(RunResults.self, from: Data(partial.output))
        #expect(before.state == .unfinished)
        let done = before.count(.passed)
        #expect((1...3).contains(done))

        let ending = try await lab("test", "--resume", "last", "--json", limit: .seconds(120))
        #expect(ending.errorText.contains("which the runner before had left"))
        let after = try JSONDecoder().decode(RunResults.self, from: Data(ending.output))
        #expect(after.run == before.run)
        #expect(after.count(.passed) == 4)
        #expect(after.cases.prefix(done).map(\.attempts) == before.cases.prefix(done).map(\.attempts))
        #expect(after.cases.allSatisfy { $0.attempts.count == 1 })
        #expect(try await lab("ls").text.contains("-pair-") == false)
    }

    @Test("Ctrl-C leaves a valid partial result and no lab")
    func interrupt() async throws {
        let lab = try Lab.ofSuites()
        let suite = try SuiteFixture("interrupt", lab, repeating: 50)
        let running = try lab.workplace.popcornLab.start(["test", suite.path])
        try await running.errors(contain: "passed")
        running.send(SIGINT)
        let ending = try await running.end(within: .seconds(60))
        #expect(ending.status == 130)
        let said = try await lab("results", "last", "--format", "json")
        let results = try JSONDecoder().decode(RunResults.self, from: Data(said.output))
        #expect(results.state == .interrupted)
        #expect(results.count(.passed) >= 1)
        #expect(results.count(.failed) == 0 && results.count(.notJudged) == 0)
        #expect(results.cases.last?.reason == "the run was interrupted")
        #expect(try await lab("ls").text.contains("-pair-") == false)
    }
}
