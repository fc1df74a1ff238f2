import FoundationEssentials
import Lab
import Results
import Support
import Topology

/// Boots the labs of one worker and takes them down: at most one is in use, and one more is on its way.
///
/// Calls take turns: a worker runs one case at a time.
final class LabKeeper: Sendable {
    private struct State {
        var current: BootedLab?
        var next: (order: BootOrder, boot: Task<BootedLab, any Error>)?
    }

    /// Makes the names of this run's labs unlike all others, so that several runs, and what a killed one left, do not meet.
    private let mark: String
    private let numbers: LabNumbers
    private let versions: [String: String]
    private let room: @Sendable (TestBuild) -> BuildRoom
    private let report: @Sendable (TestEvent) -> Void
    private let state = Guarded(State())

    init(
        mark: String, numbers: LabNumbers, versions: [String: String],
        room: @escaping @Sendable (TestBuild) -> BuildRoom,
        report: @escaping @Sendable (TestEvent) -> Void
    ) {
        self.mark = mark
        self.numbers = numbers
        self.versions = versions
        self.room = room
        self.report = report
    }

    /// The lab, booted for this: the one in use if it is the same, else a new one, after that is down.
    func lab(_ order: BootOrder) async throws -> BootedLab {
        if let current = state.withLock({ $0.current }) {
            if current.order == order { return current }
            await takeDown()
        }
        let next = state.withLock { state in
            defer { state.next = nil }
            return state.next
        }
        let booted: BootedLab
        if let next, next.order == order {
            booted = try await next.boot.value
        } else {
            if let next { await takeDown(next.boot) }
            booted = try await boot(order)
        }
        state.withLock { $0.current = booted }
        return booted
    }

    /// Begins to boot a lab beside the one in use, if the host's memory allows for both.
    func prepare(_ order: BootOrder) {
        guard HostMemory.hasRoom(for: order.lab.spec) else { return }
        state.withLock { state in
            guard state.next == nil else { return }
            state.next = (order, Task { try await boot(order) })
        }
    }

    /// Ends the lab in use; nothing of it is worth waiting for.
    func takeDown() async {
        let current = state.withLock { state in
            defer { state.current = nil }
            return state.current
        }
        if let current { await stop(current) }
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
        await stop(current)
        return nil
    }

    private func takeDown(_ boot: Task<BootedLab, any Error>) async {
        boot.cancel()
        if let booted = try? await boot.value { await stop(booted) }
    }

    private func boot(_ order: BootOrder) async throws -> BootedLab {
        let lab = order.lab, room = room(order.build), environment = room.environment
        let number = numbers.next(lab.name)
        var spec = lab.spec
        spec.name = LabNumbers.name(mark: mark, lab: lab.name, number: number)
        let began = (date: Date(), clock: ContinuousClock.now)
        report(.booting(lab: lab.name, name: spec.name))
        let up = Up(environment: environment) { _ in }
        let outcome = try await up.start(spec)
        let fingerprint =
            room.title.map { BootedLab.fingerprint(outcome.record, versions: versions, reference: $0) }
            ?? BootedLab.fingerprint(outcome.record, versions: versions)
        let boot = Boot(
            id: "\(lab.name)-\(number)", lab: lab.name, started: began.date.timeIntervalSince1970,
            seconds: (ContinuousClock.now - began.clock).seconds, fingerprint: fingerprint, reference: room.title)
        let access = try LabAccess(environment: environment, name: spec.name)
        do {
            try await access.setUp(by: room.setUp)
        } catch {
            await stop(spec.name, environment)
            throw error
        }
        let booted = BootedLab(order: order, access: access, boot: boot)
        report(.booted(boot))
        return booted
    }

    private func stop(_ booted: BootedLab) async { await stop(booted.name, booted.access.environment) }

    /// Whoever stops us must not leave guests behind, so this is no part of a task that can be cancelled.
    private func stop(_ name: String, _ environment: LabEnvironment) async {
        await Task { [report] in
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
    private let counts: Guarded<[String: Int]>

    /// - Parameter boots: of the run so far, if it is one that goes on.
    init(boots: [Boot] = []) {
        counts = Guarded(boots.reduce(into: [:]) { $0[Self.short($1.lab), default: 0] += 1 })
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
    static var availableMiB: Int? { (try? MemoryInfo.host().kib("MemAvailable")).map { Int($0 / 1024) } }
}
