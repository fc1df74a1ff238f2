import FoundationEssentials
import Logging
import Results
import Support
import Synchronization
import TestSupport
import Testing
import Topology
import UserInput

@testable import Lab
@testable import Regression

@Suite("Runs whose labs never boot")
struct TestRunTests {
    private let scratch: Scratch
    private let environment: LabEnvironment
    private let file: String

    init() throws {
        scratch = try Scratch()
        // No images, and nothing to make them of.
        environment = LabEnvironment(
            directories: Directories(
                cache: scratch.path + "/c", state: scratch.path + "/s", runtime: scratch.path + "/r"),
            share: Share(root: scratch.path), variables: [:], commandLine: ["popcorn-lab", "test"],
            uri: "test:///default",
            log: Logger(label: "test"))
        file = try scratch.write(
            SampleSuite.head + "- {name: g, program: [is, own, made], lab: [pair, three]}\n", to: "s.yaml")
    }

    private func suite() throws -> Regression.Suite { try Suite(yamlFile: file, vcpus: .each(1)) }

    private func runner(_ change: (inout TestRun.Options) -> Void = { _ in }) -> TestRun {
        var options = TestRun.Options()
        change(&options)
        return TestRun(environment: environment, executable: "/x/popcorn-lab", options: options)
    }

    @Test("the run comes to its end; what was tried could not be judged, the rest was not run")
    func whole() async throws {
        let suite = try suite()
        let (run, results) = try await runner().run(suite, try suite.cases(), seed: 7)
        #expect(results.state == .complete)
        #expect(results.run.cases == (try suite.cases().map { $0.plan(seed: 7) }))
        #expect(results.count(.passed) == 0 && results.count(.failed) == 0)
        #expect(results.count(.notJudged) == 4 && results.count(.notRun) == 2)
        #expect(
            results.cases.filter { $0.verdict == .notRun }.allSatisfy {
                $0.reason?.contains("did not boot 3 times in a row") == true
            })
        #expect(RunExit(of: results) == .notJudged)
        #expect(try ResultLog.replay(TestRunFiles(run).log) == results)
        #expect(FileManager.default.fileExists(atPath: TestRunFiles(run).scratch) == false)
    }

    @Test("two workers give the same result as one")
    func jobs() async throws {
        let suite = try suite()
        let (_, results) = try await runner { $0.jobs = 2 }.run(suite, try suite.cases(), seed: 7)
        #expect(results.count(.notJudged) + results.count(.notRun) == 6)
        #expect(results.count(.notJudged) >= 4)
    }

    @Test("with several boots, each case has a round on each, and a run that goes on does the rounds that are missing")
    func rounds() async throws {
        let suite = try suite(), cases = Array(try suite.cases().prefix(1))
        let (run, results) = try await runner { $0.rounds = 2 }.run(suite, cases, seed: 7)
        #expect(results.run.rounds == 2)
        // Each round's second chance, until the lab is given up.
        #expect(results.cases[0].attempts.map(\.round) == [1, 1, 2])
        #expect(results.cases[0].reason == nil)
        let log = TestRunFiles(run).log
        let killed = try ResultLog.events(log).filter {
            if case .tried(_, let attempt) = $0 { return attempt.round == 1 }
            if case .ended = $0 { return false }
            return true
        }
        try FileManager.default.removeItem(atPath: log)
        for event in killed { try ResultLog(path: log).append(event) }
        let resumed = try await runner().resume(run, suite)
        #expect(resumed.cases[0].attempts.map(\.round) == [1, 1, 2, 2])
        #expect(resumed.cases[0].attempts.map(\.number) == [1, 2, 3, 4])
    }

    @Test("a reference has boots of its own beside each round's, and no part in the verdict")
    func reference() async throws {
        let text = try TextFile.read(file).replacing("labs:", with: "reference: {programs: {is: old/is}}\nlabs:")
        let suite = try Suite(yamlFile: try scratch.write(text, to: "r.yaml"), vcpus: .each(1))
        let cases = Array(try suite.cases().prefix(1))
        let ride = try await ReferenceRide(suite, environment: environment)
        #expect(ride?.title == "is=\(scratch.file("old/is"))")
        let runner = runner { options in
            options.rounds = 2
            options.reference = ride
        }
        let (run, results) = try await runner.run(suite, cases, seed: 7)
        #expect(results.cases[0].attempts.map(\.round) == [1, 1, 2])
        #expect(results.cases[0].reference?.map(\.round) == [1, 1, 2])
        #expect(RunExit(of: results) == .notJudged)
        let resumed = try await runner.resume(run, suite)
        #expect(resumed.cases == results.cases)
    }

    @Test("a run that is out of time before it begins has not run anything, and says why")
    func outOfTime() async throws {
        let suite = try suite()
        let (_, results) = try await runner { $0.timeout = .zero }.run(suite, try suite.cases(), seed: 7)
        #expect(results.state == .complete)
        #expect(results.cases.allSatisfy { $0.verdict == .notRun && $0.reason == "the run's time was over" })
        #expect(RunExit(of: results) == .nothingRun)
    }

    @Test("a run that is stopped leaves a valid result, and can be gone on with")
    func interrupted() async throws {
        let suite = try suite(), runner = runner()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await runner.run(suite, try suite.cases(), seed: 7)
        }
        let (run, results) = try await task.value
        #expect(results.state == .interrupted)
        #expect(results.cases.allSatisfy { $0.verdict == .notRun && $0.reason == "the run was interrupted" })
        #expect(RunExit(of: results) == .notJudged)
        let resumed = try await runner.resume(run, suite)
        #expect(resumed.state == .complete)
        #expect(resumed.run == results.run)
        #expect(resumed.count(.notJudged) == 4)
    }

    @Test("a killed runner's run goes on with what was not tried, but for what the suite has no more")
    func resume() async throws {
        let suite = try suite(), cases = try suite.cases()
        let run = try RunDirectory.create(verb: .test, directories: environment.directories)
        var plans = cases.map { $0.plan(seed: 7) }
        plans.append(PlannedCase(id: "gone", axes: [:], tags: [], seed: 1))
        let log = try ResultLog(path: TestRunFiles(run).log)
        try log.append(
            .began(
                RunHeader(
                    id: run.id, suite: suite.name, suiteFile: file, seed: 7, commandLine: [], version: "", started: 0,
                    cases: plans)))
        let passed = Attempt(
            number: 1, boot: "pair-1", started: 0, seconds: 1, problems: [], measurements: [],
            folder: "cases/\(plans[0].id)/try-1")
        try log.append(.tried(id: plans[0].id, passed))
        // What it was writing when it was killed.
        let whole = try AtomicFile.contents(of: TestRunFiles(run).log)
        try AtomicFile.write(whole + Array("{\"tried\":{\"id\":".utf8), to: TestRunFiles(run).log)
        let results = try await runner().resume(run, suite)
        #expect(results.state == .complete)
        #expect(results.cases[0].attempts == [passed])
        #expect(results.cases[6].reason == "the suite does not have it any more")
        #expect(
            results.cases[1...5].allSatisfy { $0.verdict == .notJudged || $0.reason?.contains("did not boot") == true })
    }

    @Test("two runners are not at one run")
    func locked() async throws {
        let run = try RunDirectory.create(verb: .test, directories: environment.directories)
        let lock = try TestRunFiles(run).lock(environment)
        let error = await #expect(throws: RegressionError.self) { try await runner().resume(run, try suite()) }
        withExtendedLifetime(lock) {}
        #expect(error?.exitStatus == .locked)
        #expect(error?.summary.contains("run \(run.id) is still going on") == true)
    }
}
