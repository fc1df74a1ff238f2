import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// `test`: runs the cases of a suite on labs that it boots, and writes down what it finds as it finds it.
package struct TestRun: Sendable {
    let environment: LabEnvironment
    /// The path of the running program, beside which the compiler is looked for.
    let executable: String
    let options: Options
    let report: @Sendable (TestEvent) -> Void

    /// Prepares to run suites; `report` may be called from any task.
    package init(
        environment: LabEnvironment, executable: String, options: Options,
        report: @escaping @Sendable (TestEvent) -> Void = { _ in }
    ) {
        self.environment = environment
        self.executable = executable
        self.options = options
        self.report = report
    }

    /// Runs cases in a run of their own.
    ///
    /// - Parameters:
    ///   - cases: a choice of the suite's, in the order in which they are to be run.
    ///   - seed: what all chance comes from.
    ///   - shard: which part of the suite this is, for the record.
    ///   - directory: of the run, if it is part of another; `nil` makes one.
    /// - Returns: the run, and what became of it. A cancelled run gives what it has.
    /// - Throws: `SystemError` if nothing can be written down from the beginning.
    package func run(
        _ suite: Suite, _ cases: [SuiteCase], seed: UInt32, shard: String? = nil, in directory: RunDirectory? = nil
    ) async throws -> (RunDirectory, RunResults) {
        let run = try directory ?? RunDirectory.create(verb: .test, directories: environment.directories)
        try Directories.create(run.path)
        let lock = try TestRunFiles(run).lock(environment)
        defer { withExtendedLifetime(lock) {} }
        let header = RunHeader(
            id: run.id, suite: suite.name, suiteFile: suite.file, seed: seed, commandLine: environment.commandLine,
            version: Version.current, started: Date().timeIntervalSince1970, shard: shard,
            boots: options.rounds, cases: cases.map { $0.plan(seed: seed) })
        let log = try ResultLog(path: TestRunFiles(run).log)
        try log.append(.began(header))
        report(.began(header))
        let turns = RunOrder(
            cases: cases, plans: header.cases, rounds: header.rounds, ride: options.reference
        ).turns()
        return (run, try await serve(run, log, turns, before: nil))
    }

    /// Goes on with a run that was killed or interrupted: runs what has not been tried.
    ///
    /// - Parameter suite: the run's, as it is now.
    /// - Throws: `RegressionError` if another runner is at it; `InputError` if the suite does not fit together.
    package func resume(_ run: RunDirectory, _ suite: Suite) async throws -> RunResults {
        let files = TestRunFiles(run)
        let lock = try files.lock(environment)
        defer { withExtendedLifetime(lock) {} }
        let results = try ResultLog.replay(files.log)
        let known = Dictionary(try suite.cases().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let log = try ResultLog(path: files.log)
        report(.began(results.run))
        await LeftoverLabs(environment: environment, mark: files.mark).remove { report(.note($0)) }
        let left = results.cases.filter { known[$0.plan.id] != nil }
        for result in results.cases where known[result.plan.id] == nil && result.attempts.isEmpty {
            try log.append(.skipped(id: result.plan.id, reason: "the suite does not have it any more"))
        }
        let done = Set(results.cases.flatMap(\.turns))
        let turns = RunOrder(
            cases: left.compactMap { known[$0.plan.id] }, plans: left.map(\.plan), rounds: results.run.rounds,
            ride: options.reference
        ).turns { !done.contains(TriedTurn(id: $0.plan.id, round: $0.round, build: $0.build)) }
        return try await serve(run, log, turns, before: results)
    }

    private func serve(
        _ run: RunDirectory, _ log: ResultLog, _ turns: [CaseQueue.Turn], before: RunResults?
    ) async throws -> RunResults {
        let files = TestRunFiles(run)
        let began = ContinuousClock.now
        var options = options
        options.scratch = files.scratch
        try Directories.create(files.scratch)
        defer { try? FileManager.default.removeItem(atPath: files.scratch) }
        let offer = KernelOffer(environment: environment)
        let lacks = Dictionary(
            turns.map { ($0.plan.id, offer.lacks(of: $0.one)) }, uniquingKeysWith: { first, _ in first })
        let offered = turns.filter { lacks[$0.plan.id] == [] }
        let crew = TestCrew(
            run: run, log: log, queue: CaseQueue(offered), rooms: rooms(files), tries: before?.tries ?? [:],
            options: options, deadline: options.timeout.map { began + $0 }, report: report)
        for turn in turns where turn.build == .subject && turn.round == 1 {
            if let lacks = lacks[turn.plan.id], !lacks.isEmpty { await crew.refuse(turn, lacks) }
        }
        let numbers = LabNumbers(boots: before?.boots ?? [])
        let versions = await HostVersions.all(environment)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, min(options.jobs, offered.count)) {
                let keeper = LabKeeper(
                    mark: files.mark, numbers: numbers, versions: versions, room: { crew.room(of: $0) },
                    report: { event in
                        if case .booted(let boot) = event { crew.write(.booted(boot)) }
                        report(event)
                    })
                group.addTask { await TestWorker(crew: crew, keeper: keeper).work() }
            }
        }
        let interrupted = Task.isCancelled
        for plan in await crew.queue.dropAll() {
            crew.skip(plan, interrupted ? "the run was interrupted" : crew.stopReason ?? "the run ended before")
        }
        crew.write(.ended(seconds: (ContinuousClock.now - began).seconds, interrupted: interrupted))
        if let failure = crew.failure { throw failure }
        return try ResultLog.replay(files.log)
    }

    /// What each build needs, with the programs that are built for this run.
    private func rooms(_ files: TestRunFiles) -> [TestBuild: BuildRoom] {
        let turns = BuildTurns()
        func room(_ environment: LabEnvironment, _ folder: String, _ setUp: [String], _ title: String?) -> BuildRoom {
            let programs = ProgramShelf(
                environment: environment, executable: executable, directory: folder, turns: turns)
            return BuildRoom(environment: environment, programs: programs, setUp: setUp, title: title)
        }
        var rooms = [TestBuild.subject: room(environment, files.programs, options.setUp, nil)]
        if let ride = options.reference {
            rooms[.reference] = room(
                ride.build.environment, files.programs + "/reference", ride.build.setUp, ride.title)
        }
        return rooms
    }
}

/// A round of a case on a build, which has been tried.
private struct TriedTurn: Hashable {
    var id: String
    var round: Int
    var build: TestBuild
}

extension CaseResult {
    fileprivate var turns: [TriedTurn] {
        attempts.map { TriedTurn(id: plan.id, round: $0.round, build: .subject) }
            + (reference ?? []).map { TriedTurn(id: plan.id, round: $0.round, build: .reference) }
    }
}

extension RunResults {
    /// How many tries each case has had on each build, by its id.
    fileprivate var tries: [TestBuild: [String: Int]] {
        func count(_ tries: (CaseResult) -> Int) -> [String: Int] {
            Dictionary(cases.map { ($0.plan.id, tries($0)) }, uniquingKeysWith: { first, _ in first })
        }
        return [.subject: count(\.attempts.count), .reference: count { $0.reference?.count ?? 0 }]
    }
}
