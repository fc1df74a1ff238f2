import FoundationEssentials
import Guest
import GuestContract
import Lab
import Results
import Support
import SystemPackage
import Topology
import Trace
import UserInput

/// One try of a case on a booted lab.
struct CaseRun: Sendable {
    /// What became of it.
    struct Outcome: Sendable {
        var attempt: Attempt
        /// Whether the lab is as it was before: other cases can run on it.
        var isLabUsable: Bool
        /// What a look at the lab found while the program hung, if it did.
        var findings: [String]?
    }

    let turn: CaseQueue.Turn
    let booted: BootedLab
    let nodes: [RecordedNode]
    /// The directory of the whole run.
    let run: RunDirectory
    let room: BuildRoom
    let settings: TestRun.Options
    /// Called when the program has ended, and only the kernels' logs are to be had.
    let onProgramEnd: @Sendable () -> Void

    private var one: SuiteCase { turn.one }
    private var environment: LabEnvironment { booted.access.environment }

    /// Relative to the run's directory.
    var folder: String { turn.folder }
    private var directory: RunDirectory {
        RunDirectory(id: "\(run.id)/\(folder)", directories: environment.directories)
    }

    /// Runs it, and diagnoses it if it fails.
    ///
    /// - Throws: `CancellationError` if somebody stopped us; then nothing is known of the case.
    func perform() async throws -> Outcome {
        let began = (date: Date(), clock: ContinuousClock.now)
        var problems: [Problem] = []
        var measurements: [Measurement] = []
        var seconds: Double?
        var rest = Rest()
        let findings = Findings()
        do {
            try Directories.create(directory.path)
            let program: String
            do {
                program = try await room.programs.path(of: one.point.program)
            } catch {
                try Task.checkCancellation()
                throw CaseFailure(
                    Problem(.build, "its program cannot be had: \(error.sentence)", details: error.evidence))
            }
            let unmigrated = try await room.baselines.outputs(of: one, program: program, on: nodes, booted, settings)
            let before = await booted.access.begin(mark: mark, on: nodes)
            guard before.unreachable.isEmpty else {
                throw CaseFailure(
                    Problem(.lab, "a node does not answer", details: before.unreachable.map { "\($0): \($1)" }))
            }
            let observer = CaseObserver(
                one: one, seed: turn.plan.seed, booted: booted, nodes: nodes, directory: directory, mark: mark,
                settings: settings, onProgramEnd: onProgramEnd, diagnose: { findings.set(await lookAtLab()) })
            var seen = try await observer.observe(program)
            seconds = (ContinuousClock.now - began.clock).seconds
            try Task.checkCancellation()
            rest = await Rest.find(one, booted, nodes, since: before, deaths: seen.observation.deaths)
            seen.observation.leftovers = rest.leftovers
            seen.observation.counts.merge(rest.counts) { $1 }
            seen.observation.problems += rest.problems
            if settings.updatesGolden, turn.build == .subject {
                try Golden(expectation: one.expectation).update(from: seen.observation)
            }
            let judge = Judge(one: one, unmigrated: unmigrated, shipped: try shipped())
            problems = judge.problems(of: seen.observation)
            measurements = CaseMeasurements(one: one, seen: seen, counters: rest.counts).all
        } catch let failure as CaseFailure {
            problems.append(failure.problem)
        } catch {
            try Task.checkCancellation()
            problems.append(Problem(.host, error.sentence, details: error.evidence))
            rest.isUsable = false
        }
        try Task.checkCancellation()
        let attempt = Attempt(
            number: turn.attempt, round: turn.round, boot: booted.boot.id, started: began.date.timeIntervalSince1970,
            seconds: seconds ?? (ContinuousClock.now - began.clock).seconds, problems: problems,
            measurements: measurements,
            folder: folder)
        let isUsable = rest.isUsable && !problems.contains { Self.spoiling.contains($0.kind) }
        return Outcome(attempt: attempt, isLabUsable: isUsable, findings: findings.value)
    }

    /// After these, nobody knows what state the guests are in.
    private static let spoiling: Set<Problem.Kind> = [.kernelTrouble, .leftovers, .timeLimit, .guestDied, .fault]

    /// What the kernels' logs show where the case begins.
    private var mark: String { "popcorn-lab: case \(one.id), try \(turn.attempt) of run \(run.id)" }

    private func shipped() throws -> (@Sendable ([UInt8]) -> [String])? {
        guard one.expectation.stdout == .shipped, case .shipped(let folder, let name) = one.point.program.source else {
            return nil
        }
        let path = "\(environment.share.programs)/\(folder)/expected/\(name).txt"
        let expected: ExpectedOutput
        do {
            expected = try ExpectedOutput(parsing: try TextFile.read(path))
        } catch {
            throw CaseFailure(Problem(.build, "what it should print is not known: \(error.sentence)"))
        }
        let origin = try booted.access.record.spec.nodeID(one.point.start)
        let count = booted.access.record.nodes.count
        return { bytes in
            guard let found = expected.firstDifference(in: ByteText.text(bytes), origin: origin, nodes: count) else {
                return []
            }
            return [
                "line \(found.line)", "expected: \(found.expected ?? "(nothing more)")",
                "got:      \(found.actual ?? "(nothing more)")",
            ]
        }
    }
}

/// What was found meanwhile.
private final class Findings: Sendable {
    private let found = Guarded<[String]?>(nil)

    func set(_ sentences: [String]) { found.withLock { $0 = sentences } }

    var value: [String]? { found.withLock { $0 } }
}

/// A problem that ends a try at once.
struct CaseFailure: Error {
    let problem: Problem

    init(_ problem: Problem) { self.problem = problem }
}

extension Error {
    /// What an error for people brings besides its sentence.
    var evidence: [String] {
        guard let error = self as? any ActionableError else { return [] }
        return error.details + [error.hint].compactMap(\.self)
    }
}

extension CaseRun {
    /// What is large, and of no interest of a case that passed.
    func forgetTraces() {
        for node in booted.access.record.nodes {
            for file in [NodeRunFile.trace, .kernelLog, .console] {
                let path = directory.file(file, of: node.name)
                path.withBytes { _ = unlink($0) }
            }
        }
    }

    /// Looks at the lab as it is now.
    ///
    /// - Returns: what was found, a sentence each.
    func lookAtLab() async -> [String] {
        var options = Diagnosis.Options()
        options.dump = settings.dumps
        do {
            let outcome = try await Diagnosis(access: booted.access, options: options).collect(
                into: directory.path + "/diagnosis")
            return outcome.findings + outcome.problems
        } catch {
            return ["the lab could not be looked at: \(error.sentence)"]
        }
    }
}
