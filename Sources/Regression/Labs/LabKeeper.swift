import FoundationEssentials
import Lab
import Results
import Support
import Synchronization
import Topology

/// Boots the labs of one worker and takes them down: at most one is in use, and one more is on its way.
///
/// Calls take turns: a worker runs one case at a time.
final class LabKeeper: Sendable {
    private struct State {
        var current: BootedLab?
        var next: (lab: Suite.Lab, round: Int, boot: Task<BootedLab, any Error>)?
    }

    private let environment: LabEnvironment
    /// Makes the names of this run's labs unlike all others, so that several runs, and what a killed one left, do not meet.
    private let mark: String
    private let numbers: LabNumbers
    private let versions: [String: String]
    private let setUp: [String]
    private let report: @Sendable (TestEvent) -> Void
    private let state = Mutex(State())

    init(
        environment: LabEnvironment, mark: String, numbers: LabNumbers, versions: [String: String], setUp: [String],
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.environment = environment
        self.mark = mark
        self.numbers = numbers
        self.versions = versions
        self.setUp = setUp
        self.report = report
    }

    /// The suite's name of the lab that is in use or on its way.
    var labName: String? { state.withLock { $0.current?.lab.name ?? $0.next?.lab.name } }

    /// The lab, booted for a round: the one in use if it is the same, else a new one, after that is down.
    func lab(_ lab: Suite.Lab, round: Int) async throws -> BootedLab {
        if let current = state.withLock({ $0.current }) {
            if current.lab == lab, current.round == round { return current }
            await takeDown()
        }
        let next = state.withLock { state in
            defer { state.next = nil }
            return state.next
        }
        let booted: BootedLab
        if let next, next.lab == lab, next.round == round {
            booted = try await next.boot.value
        } else {
            if let next { await takeDown(next.boot) }
            booted = try await boot(lab, round)
        }
        state.withLock { $0.current = booted }
        return booted
    }

    /// Begins to boot a lab beside the one in use, if the host's memory allows for both.
    func prepare(_ lab: Suite.Lab, round: Int) {
        guard HostMemory.hasRoom(for: lab.spec) else { return }
        state.withLock { state in
            guard state.next == nil else { return }
            state.next = (lab, round, Task { try await boot(lab, round) })
        }
    }

    /// Ends the lab in use; nothing of it is worth waiting for.
    func takeDown() async {
        let current = state.withLock { state in
            defer { state.current = nil }
            return state.current
        }
        if let current { await stop(current.name) }
    }

    /// Ends what runs and what is on its way.
    ///
    /// - Parameter keeping: whether the lab in use stays.
    /// - Returns: the name of the lab that stays.
    func close(keeping: Bool) async -> String? {
        let (current, next) = state.withLock { state in
            defer { state = State() }
            return (state.current, state.next)
        }
        if let next { await takeDown(next.boot) }
        guard let current else { return nil }
        if keeping { return current.name }
        await stop(current.name)
        return nil
    }

    private func takeDown(_ boot: Task<BootedLab, any Error>) async {
        boot.cancel()
        if let booted = try? await boot.value { await stop(booted.name) }
    }

    private func boot(_ lab: Suite.Lab, _ round: Int) async throws -> BootedLab {
        let number = numbers.next(lab.name)
        var spec = lab.spec
        spec.name = LabNumbers.name(mark: mark, lab: lab.name, number: number)
        let began = (date: Date(), clock: ContinuousClock.now)
        report(.booting(lab: lab.name, name: spec.name))
        let up = Up(environment: environment) { _ in }
        let outcome = try await up.start(spec)
        let boot = Boot(
            id: "\(lab.name)-\(number)", lab: lab.name, started: began.date.timeIntervalSince1970,
            seconds: (ContinuousClock.now - began.clock).seconds,
            fingerprint: BootedLab.fingerprint(outcome.record, versions: versions))
        let access = try LabAccess(environment: environment, name: spec.name)
        do {
            try await access.setUp(by: setUp)
        } catch {
            await stop(spec.name)
            throw error
        }
        let booted = BootedLab(lab: lab, round: round, access: access, boot: boot)
        report(.booted(boot))
        return booted
    }

    /// Whoever stops us must not leave guests behind, so this is no part of a task that can be cancelled.
    private func stop(_ name: String) async {
        await Task { [environment, report] in
            do {
                try await Down(environment: environment) { _ in }.stop(name, grace: .zero)
            } catch {
                report(.note("lab '\(name)' is not down: \(error.sentence)"))
            }
        }.value
    }
}

/// Counts the boots of a run's labs.
final class LabNumbers: Sendable {
    private let counts: Mutex<[String: Int]>

    /// - Parameter boots: of the run so far, if it is one that goes on.
    init(boots: [Boot] = []) {
        counts = Mutex(boots.reduce(into: [:]) { $0[Self.short($1.lab), default: 0] += 1 })
    }

    /// Counts labs together whose names look alike when they are cut, so that no two boots of a run have one name.
    func next(_ lab: String) -> Int {
        counts.withLock { counts in
            counts[Self.short(lab), default: 0] += 1
            return counts[Self.short(lab), default: 0]
        }
    }

    /// Within `NameRule`'s limit.
    static func name(mark: String, lab: String, number: Int) -> String {
        prefix(mark: mark) + "\(short(lab))-\(number)"
    }

    private static func short(_ lab: String) -> String {
        lab.prefix(16).split(separator: "-").joined(separator: "-")
    }

    /// What the names of all labs of a run begin with.
    static func prefix(mark: String) -> String { "t\(mark)-" }
}

/// The memory of this host.
enum HostMemory {
    /// Left to the host beside all guests, in MiB.
    private static let reserve = 512

    /// Whether guests of these sizes fit beside what runs now.
    static func hasRoom(for spec: LabSpec) -> Bool {
        guard let available = availableMiB else { return false }
        return spec.nodes.reduce(reserve) { $0 + $1.memoryMiB } <= available
    }

    /// `MemAvailable` of `/proc/meminfo` (proc(5)), in MiB.
    static var availableMiB: Int? {
        guard let bytes = try? AtomicFile.contents(of: "/proc/meminfo") else { return nil }
        let line = ByteText.text(Array(bytes)).split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 / 1024 }
    }
}
