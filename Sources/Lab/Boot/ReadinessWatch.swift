import Guest
import GuestContract
import ISA
import Support
import Topology

/// Follows one node from the start of its QEMU until it fulfils every requirement, or tells why it does not.
struct ReadinessWatch: Sendable {
    let node: NodeRecord
    /// The lab that the node is one of.
    let lab: LabRecord
    let paths: LabPaths
    let started: ContinuousClock.Instant
    /// No node may take longer than this, whatever the requirements allow.
    let limit: ContinuousClock.Instant?
    let report: LabEventHandler

    private enum Input: Sendable {
        case console(ConsoleEvent)
        case reported(ConsoleEvent)
        case sshAnswered(any GuestConnection)
        case sshFailed(any Error)
        case qemuEnded
        case deadline(Requirement)
    }

    /// Returns when the node is ready.
    ///
    /// - Throws: `LabError` with the requirement that was not met and the end of the console; `CancellationError`;
    ///   `SystemError` if the console cannot be followed.
    func run() async throws {
        let console = try FileFollower.lines(of: paths.serialLog(node.name))
        let reports = try FileFollower.lines(of: paths.reportLog(node.name))
        let (inputs, sink) = AsyncStream.makeStream(of: Input.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await line in console {
                    if let event = ConsoleEvent(line: line) { sink.yield(.console(event)) }
                }
            }
            group.addTask {
                for await line in reports {
                    if let event = ConsoleEvent(line: line) { sink.yield(.reported(event)) }
                }
            }
            if let qemu = node.qemu {
                group.addTask {
                    try await ExitWatch.end(of: qemu)
                    sink.yield(.qemuEnded)
                }
            }
            try await follow(inputs, sink, &group)
        }
    }

    private func follow(
        _ inputs: AsyncStream<Input>, _ sink: AsyncStream<Input>.Continuation,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        var state = Readiness()
        announce(state.fulfil(.domain))
        var connecting = false
        var session: (any GuestConnection)?
        var timer = arm(state, sink)
        defer { timer.cancel() }
        for await input in inputs {
            let before = state.waitingFor
            switch input {
            case .console(let event): announce(state.handle(event, from: .console))
            case .reported(let event): announce(state.handle(event, from: .port))
            case .sshAnswered(let answering):
                session = answering
                announce(state.fulfil(.ssh))
            case .sshFailed(let error): throw failure(.ssh, "\(error)")
            // Its last words need not have come through yet.
            case .qemuEnded: throw trouble(after: state) ?? died(state)
            case .deadline(let requirement) where state.waitingFor == requirement:
                throw failure(requirement, nil, more: await explanation(of: requirement, state, session))
            case .deadline: break
            }
            if state.panic != nil { throw died(state) }
            if let stranger = stranger(among: state.architectures) { throw failure(.peers, stranger) }
            guard let waiting = state.waitingFor else {
                if let session { await takeLeave(session) }
                return
            }
            if let message = state.errors[waiting] { throw failure(waiting, message) }
            if state.sshListens, !connecting {
                connecting = true
                group.addTask { await connect(sink) }
            }
            if waiting != before {
                timer.cancel()
                timer = arm(state, sink)
            }
        }
        throw CancellationError()
    }

    func announce(_ met: [Requirement]) {
        for requirement in met { report(.node(node.name, .met(requirement, after: .now - started))) }
    }

    private func connect(_ sink: AsyncStream<Input>.Continuation) async {
        do {
            let session = try await node.connect(paths, limit: allowed(.ssh))
            try await node.guest(session).answer(within: allowed(.ssh))
            sink.yield(.sshAnswered(session))
        } catch {
            sink.yield(.sshFailed(error))
        }
    }

    /// Reads the guest's clock while there is a connection: a trace since the boot needs an early reading.
    private func takeLeave(_ session: any GuestConnection) async {
        if let recorder = try? await node.guest(session).recorder() {
            try? await recorder.recordClock(Self.clockSamples, to: paths.clock(node.name))
            // The first program is not to wait for it.
            if node.hasEvents { try? recorder.makeSpare(bufferKiB: Collector.bufferKiB(node.spec)) }
        }
        await session.close()
    }

    private static let clockSamples = 4

    private func allowed(_ requirement: Requirement) -> Duration {
        node.timeScale(requirement == .peers ? peersLimit : requirement.limit)
    }

    /// How long the peers may take after this node, on real hardware: those with files of their user's own boot at their own pace, and
    /// are set up from outside.
    var peersLimit: Duration {
        let isAlone = lab.nodes.allSatisfy { $0.spec.system == nil || $0.id == node.id }
        return isAlone ? Requirement.peers.limit : Requirement.peers.limit + SystemWatch.bootLimit
    }

    /// When something must have happened that may take `limit` on real hardware.
    func deadline(in limit: Duration) -> ContinuousClock.Instant {
        let end = ContinuousClock.now + node.timeScale(limit)
        return self.limit.map { min($0, end) } ?? end
    }

    /// Starts the clock of the requirement that comes next.
    private func arm(_ state: Readiness, _ sink: AsyncStream<Input>.Continuation) -> Task<Void, Never> {
        guard let requirement = state.waitingFor else { return Task {} }
        var end = ContinuousClock.now + allowed(requirement)
        if let limit { end = min(end, limit) }
        return Task {
            if (try? await Task.sleep(until: end, clock: .continuous)) != nil { sink.yield(.deadline(requirement)) }
        }
    }

    /// A peer that says to be of another ISA than the lab's node; `nil` if there is none.
    func stranger(among architectures: [Int: String]) -> String? {
        for (id, architecture) in architectures.sorted(by: { $0.key < $1.key }) {
            guard lab.nodes.indices.contains(id) else {
                return "node \(id) has joined, and the lab has no such node"
            }
            let peer = lab.nodes[id]
            if ISA(anyName: architecture) != peer.spec.isa {
                return "\(peer.name) (node \(id)) has joined as \(architecture), and is \(peer.spec.isa.rawValue)"
            }
        }
        return nil
    }

    /// Which peers a kernel waits for whose log tells who has joined, and how far the connection to each has come.
    private func explanation(
        of requirement: Requirement, _ state: Readiness, _ session: (any GuestConnection)?
    ) async -> [String] {
        guard requirement == .peers else { return [] }
        return await explanation(ofPeersBut: state.architectures, session)
    }

    /// - Parameter architectures: of the peers that have joined, by their ids.
    private func explanation(
        ofPeersBut architectures: [Int: String], _ session: (any GuestConnection)?
    ) async -> [String] {
        guard let interface = node.interface, interface.membership.message != nil else { return [] }
        var table: ConnectionTable?
        if let session { table = try? await node.guest(session).connections() }
        return lab.nodes.filter { $0.id != node.id && architectures[$0.id] == nil }.map { peer in
            let progress = table?.progress(
                to: peer.spec.address, port: interface.transport.port, isOurs: peer.id < node.id)
            return "\(node.name) waits for \(peer.name) (node \(peer.id), \(peer.spec.address)): "
                + (progress ?? "nothing is known of the connection, as the guest does not answer")
        }
    }

    /// The error of peers that have not joined in time, in a guest that was asked from outside so far.
    func missing(_ architectures: [Int: String]) async -> LabError {
        let session = try? await node.connect(paths)
        let more = await explanation(ofPeersBut: architectures, session)
        await session?.close()
        return failure(.peers, nil, more: more)
    }

    /// Waits for what ends a boot: a panic, an error of init, the end of QEMU.
    ///
    /// - Throws: that, as a `LabError`; `CancellationError`.
    func awaitTrouble() async throws {
        let files = [paths.serialLog(node.name), paths.reportLog(node.name)]
        let lines = try files.map { try FileFollower.lines(of: $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for lines in lines {
                group.addTask {
                    for await line in lines {
                        switch ConsoleEvent(line: line) {
                        case .panicked: throw trouble() ?? CancellationError()
                        case .failed(let requirement, let message): throw failure(requirement, message)
                        default: break
                        }
                    }
                    // Followers end with their consumer alone.
                    throw CancellationError()
                }
            }
            if let qemu = node.qemu {
                group.addTask {
                    try await ExitWatch.end(of: qemu)
                    throw trouble() ?? died(Readiness())
                }
            }
            try await group.next()
        }
    }

    /// What the console says of the guest's end; `nil` if it has not ended.
    ///
    /// - Parameter state: what had been met by then.
    func trouble(after state: Readiness = Readiness()) -> LabError? {
        let events = SerialLog(path: paths.serialLog(node.name)).lines.compactMap { ConsoleEvent(line: $0) }
        for case .panicked(let text) in events {
            var state = state
            _ = state.handle(.panicked(text), from: .console)
            return died(state)
        }
        return node.qemu?.isAlive == false ? died(state) : nil
    }

    func failure(
        _ requirement: Requirement, _ message: String?, more: [String] = [], hint: String? = nil
    ) -> LabError {
        let elapsed = (ContinuousClock.now - started).formattedSeconds
        let reason = message ?? "waited \(elapsed) since its start"
        return LabError(
            .notReady, "\(node.name): not ready: \(requirement.title): \(reason)", details: more + consoleTail,
            hint: hint ?? requirement.hint)
    }

    private func died(_ state: Readiness) -> LabError {
        let what = state.panic.map { "the guest panicked: \($0)" } ?? "QEMU ended"
        // A watch from outside does not say what was next.
        let when = state.met.isEmpty ? "" : state.waitingFor.map { " before: \($0.title)" } ?? ""
        return LabError(
            .guestDied, "\(node.name): \(what)\(when)", details: consoleTail,
            hint: state.panic.flatMap(rootHint) ?? "the whole console is in \(paths.serialLog(node.name))")
    }

    /// What to do about a kernel that has not found its system.
    private func rootHint(_ panic: String) -> String? {
        guard panic.contains("VFS: Unable to mount root fs") else { return nil }
        if case .file(let path) = node.spec.system?.initramfs { return "\(path) has no /init that starts" }
        guard let root = node.root else { return nil }
        return
            "is \(root) the right device? The kernel lists those that it has: name one as `disk: {root: /dev/…}`, or plug the disk "
            + "in otherwise by `machine: {disk: …}`"
    }

    private var consoleTail: [String] { SerialLog(path: paths.serialLog(node.name)).tail(15) }
}
