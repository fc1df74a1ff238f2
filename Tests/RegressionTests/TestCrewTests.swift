@testable import Lab
import Logging
import Results
import Support
import Synchronization
import TestSupport
import Testing
import Topology

@testable import Regression

@Suite("Retries, and what ends a run early")
struct TestCrewTests {
    /// A crew whose labs nobody boots.
    private struct Made {
        let scratch: Scratch
        let run: RunDirectory
        let crew: TestCrew
        let turns: [CaseQueue.Turn]
        let events: Events

        init(_ options: (inout TestRun.Options) -> Void = { _ in }, deadline: ContinuousClock.Instant? = nil) throws {
            scratch = try Scratch()
            let directories = Directories(
                cache: scratch.path + "/c", state: scratch.path + "/s", runtime: scratch.path + "/r")
            let environment = LabEnvironment(
                directories: directories, share: Share(root: scratch.path), variables: [:],
                commandLine: ["popcorn-lab", "test"],
                uri: nil, log: Logger(label: "test"))
            run = try RunDirectory.create(verb: .test, directories: directories)
            let cases = try SampleSuite.cases("- {name: g, program: [is, own], lab: [pair, three]}")
            turns = cases.map { CaseQueue.Turn(one: $0, plan: $0.plan(seed: 1)) }
            let log = try ResultLog(path: TestRunFiles(run).log)
            try log.append(
                .began(
                    RunHeader(
                        id: run.id, suite: "s", suiteFile: "/s", seed: 1, commandLine: [], version: "", started: 0,
                        cases: turns.map(\.plan))))
            var chosen = TestRun.Options()
            options(&chosen)
            let events = Events()
            self.events = events
            crew = TestCrew(
                run: run, log: log, queue: CaseQueue(turns),
                rooms: [
                    .subject: BuildRoom(
                        environment: environment,
                        programs: ProgramShelf(environment: environment, executable: "/x", directory: scratch.path),
                        setUp: [], title: nil)
                ],
                tries: [:], options: chosen, deadline: deadline, report: { events.add($0) })
        }

        func results() throws -> RunResults { try ResultLog.replay(TestRunFiles(run).log) }

        /// Takes the next case, which then ends so.
        @discardableResult
        func finish(_ kinds: [Problem.Kind]) async throws -> CaseQueue.Turn {
            let turn = crew.numbered(try #require(await crew.queue.next()))
            await crew.finish(
                turn,
                Attempt(
                    number: turn.attempt, boot: "b", started: 0, seconds: 1, problems: kinds.map { Problem($0, "x") },
                    measurements: [], folder: "f"))
            return turn
        }
    }

    private final class Events: Sendable {
        private let all = Mutex<[TestEvent]>([])
        func add(_ event: TestEvent) { all.withLock { $0.append(event) } }
        var notes: [String] { all.withLock { $0.compactMap { if case .note(let text) = $0 { text } else { nil } } } }
        var skipped: Int { all.withLock { $0.count { if case .skipped = $0 { true } else { false } } } }
    }

    @Test("a failure is tried again as often as was asked for, at once; then it is one")
    func retries() async throws {
        let made = try Made { $0.retries = 2 }
        for attempt in 1...3 { #expect(try await made.finish([.exit]).attempt == attempt) }
        #expect(try await made.finish([]).one.id != made.turns[0].one.id)
        let first = try made.results().cases[0]
        #expect(first.verdict == .failed && first.attempts.count == 3)
    }

    @Test("a case that passes at a later try has passed, and is flaky; without retries it failed")
    func flaky() async throws {
        let made = try Made { $0.retries = 1 }
        try await made.finish([.stdout])
        try await made.finish([])
        #expect(try made.results().cases[0].verdict == .passed)
        #expect(try made.results().cases[0].isFlaky)
        let strict = try Made()
        try await strict.finish([.stdout])
        try await strict.finish([])
        #expect(try strict.results().cases.map(\.verdict) == [.failed, .passed, .notRun, .notRun])
    }

    @Test(
        "what lab or host kept from being judged gets one more chance, without being asked for",
        arguments: [Problem.Kind.lab, .host])
    func secondChance(kind: Problem.Kind) async throws {
        let made = try Made()
        try await made.finish([kind])
        #expect(try await made.finish([kind]).attempt == 2)
        #expect(try await made.finish([]).attempt == 1)
        #expect(try made.results().cases.map(\.verdict) == [.notJudged, .passed, .notRun, .notRun])
        #expect(try !made.results().cases[0].isFlaky)
    }

    @Test("what the suite itself is to blame for gets none", arguments: [Problem.Kind.build, .fault])
    func noSecondChance(kind: Problem.Kind) async throws {
        let made = try Made { $0.retries = 3 }
        try await made.finish([kind])
        #expect(try await made.finish([]).one.id != made.turns[0].one.id)
        #expect(try made.results().cases[0].verdict == .notJudged)
    }

    @Test("with fail-fast, the first failure that stays ends the run; what could not be judged does not")
    func failFast() async throws {
        let made = try Made { options in
            options.failFast = true
            options.retries = 1
        }
        try await made.finish([.build])
        try await made.finish([.exit])
        #expect(made.crew.mayBegin)
        try await made.finish([.exit])
        #expect(!made.crew.mayBegin)
        #expect(made.crew.stopReason == "a case failed before, and --fail-fast was given")
        made.crew.stop("another reason")
        #expect(made.crew.stopReason?.hasPrefix("a case failed") == true)
    }

    @Test("after its time, a run begins nothing more")
    func deadline() throws {
        let over = try Made(deadline: .now)
        #expect(!over.crew.mayBegin)
        #expect(over.crew.stopReason == "the run's time was over")
        #expect(try Made(deadline: .now + .seconds(3600)).crew.mayBegin)
    }

    @Test("a lab that does not boot three times in a row is given up, with a reason for each of its cases")
    func patience() async throws {
        let made = try Made()
        let error = SystemError("start QEMU", errno: ENOMEM)
        // The first case twice, then the second; those of the other lab stay.
        for _ in 0..<3 {
            let lab = made.turns[0].one.point.lab
            await made.crew.bootFailed(try #require(await made.crew.queue.next(on: BootOrder(lab: lab))), error)
        }
        let results = try made.results()
        #expect(
            results.cases.map(\.plan.id) == [
                "g/is/pair/x86/none", "g/is/three/x86/none", "g/own/pair/x86/none", "g/own/three/x86/none",
            ])
        #expect(results.cases.map(\.attempts.count) == [2, 0, 1, 0])
        #expect(results.cases.map(\.verdict) == [.notJudged, .notRun, .notJudged, .notRun])
        #expect(results.cases[0].headline?.summary.hasPrefix("lab 'pair' did not boot: start QEMU") == true)
        #expect(await made.crew.queue.next(on: made.turns[0].order) == nil)
        #expect(await made.crew.queue.next()?.one.point.lab.name == "three")
        #expect(made.crew.mayBegin)
    }

    @Test("cases that were not even tried tell that their lab was given up")
    func givenUp() async throws {
        let made = try Made()
        let error = SystemError("start QEMU", errno: ENOMEM)
        for _ in 0..<3 { await made.crew.bootFailed(made.turns[0], error) }
        // The case of the failures is not also told to be left out.
        #expect(try made.results().cases[2].reason == "lab 'pair' did not boot 3 times in a row")
        #expect(made.events.skipped == 1)
    }

    @Test("a boot that succeeds makes an end of the row")
    func bootedBetween() async throws {
        let made = try Made()
        let error = SystemError("start QEMU", errno: ENOMEM)
        for _ in 0..<2 { await made.crew.bootFailed(made.turns[0], error) }
        made.crew.booted(made.turns[0].order)
        for _ in 0..<2 { await made.crew.bootFailed(made.turns[0], error) }
        #expect(made.events.skipped == 0)
    }

    @Test("what becomes of a reference is no verdict, and does not count among the case's tries")
    func reference() async throws {
        let made = try Made { $0.failFast = true }
        var beside = made.turns[0]
        beside.build = .reference
        for kinds in [[Problem.Kind.exit], [.lab], []] {
            let turn = made.crew.numbered(beside)
            await made.crew.finish(
                turn,
                Attempt(
                    number: turn.attempt, boot: "pair-2", started: 0, seconds: 1,
                    problems: kinds.map { Problem($0, "x") }, measurements: [], folder: turn.folder))
        }
        // One that the lab is to blame for gets a second chance.
        #expect(await made.crew.queue.next()?.build == .reference)
        #expect(try await made.finish([]).attempt == 1)
        let first = try made.results().cases[0]
        #expect(first.verdict == .passed && first.attempts.count == 1)
        #expect(first.reference?.map(\.number) == [1, 2, 3])
        #expect(first.reference?[0].folder == "cases/\(first.plan.id)/try-reference-1")
        #expect(made.crew.mayBegin)
        #expect(try made.results().sentence.contains("; 2 of 3 tries of the reference did not pass"))
    }

    @Test("a reference that does not boot is given up, and its cases go on")
    func referenceBoot() async throws {
        let made = try Made()
        for var turn in made.turns {
            turn.build = .reference
            await made.crew.queue.again(turn)
        }
        let order = BootOrder(lab: made.turns[0].one.point.lab, build: .reference)
        for _ in 0..<3 {
            let turn = try #require(await made.crew.queue.next(on: order))
            await made.crew.bootFailed(turn, SystemError("start QEMU", errno: ENOMEM))
        }
        #expect(await !made.crew.queue.has(on: order))
        #expect(await made.crew.queue.has(on: made.turns[0].order))
        #expect(made.events.skipped == 0)
        #expect(made.events.notes == ["the reference is given up: lab 'pair' did not boot 3 times in a row"])
    }

    @Test("a worker that is stopped before its first case leaves that to be told, one that has begun it does not")
    func stopped() async throws {
        for hasBegun in [false, true] {
            let made = try Made()
            let crew = made.crew
            let keeper = LabKeeper(
                mark: "0000", numbers: LabNumbers(), versions: [:], room: { crew.room(of: $0) }, report: { _ in })
            let first = try #require(await crew.queue.next())
            let work = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await TestWorker(crew: crew, keeper: keeper).work(from: first) { begin in
                    if hasBegun { begin() }
                    throw CancellationError()
                }
            }
            await work.value
            #expect(await crew.queue.next()?.plan.id == made.turns[hasBegun ? 1 : 0].plan.id)
        }
    }

    @Test("a result that cannot be written down ends the run, and says why")
    func unwritable() async throws {
        let made = try Made()
        try #require(rename(TestRunFiles(made.run).log, made.scratch.file("moved")) == 0)
        try Directories.create(TestRunFiles(made.run).log)
        try await made.finish([])
        #expect(!made.crew.mayBegin)
        #expect(made.crew.failure is SystemError)
        #expect(made.crew.stopReason?.hasPrefix("results could not be written down: ") == true)
    }
}
