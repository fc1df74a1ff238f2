import FoundationEssentials
import Guest
import GuestContract
import KernelFiles
import Support
import Topology

/// Brings one guest with files of its user's own from the start of its QEMU to a node of its lab, or tells why it is none.
///
/// What init does in the embedded guest is done here from outside, over whatever leads into the guest.
struct SystemWatch: Sendable {
    let watch: ReadinessWatch
    let system: GuestSystem
    let kernel: NodeKernel
    /// What stands for the gaps in modules' arguments.
    let values: [KernelInterface.Gap: String]
    let store: LabStore

    private var node: NodeRecord { watch.node }
    private var paths: LabPaths { watch.paths }

    /// How long a guest's own init may take to let somebody in, on real hardware.
    static let bootLimit = Duration.seconds(60)
    /// How much longer its SSH server may take than its console.
    private static let sshGrace = Duration.seconds(3)

    /// Returns when the node is ready.
    ///
    /// - Throws: `LabError` with what is missing and the end of the console; `CancellationError`.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await bringUp() }
            group.addTask { try await watch.awaitTrouble() }
            do {
                try await group.next()
            } catch let error as GuestError {
                // What the guest has said last tells more than that it is gone.
                throw watch.trouble() ?? watch.failure(.ssh, error.problem, hint: error.hint)
            }
        }
    }

    private func bringUp() async throws {
        watch.announce([.domain])
        let (connection, way) = try await enter()
        do {
            watch.announce([.kernel, .ssh])
            try await remember(connection, way)
            try await setUp(SystemGuest(name: node.name, connection: connection, timeScale: node.timeScale))
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private func remember(_ connection: any GuestConnection, _ way: GuestWay) async throws {
        let shown = await (connection as? GuestSession)?.shownHostKey
        try store.update(paths.name) { record in
            record.nodes[node.id].way = way
            record.nodes[node.id].hostKey = shown ?? ""
        }
    }

    // MARK: - Getting in

    private func enter() async throws -> (any GuestConnection, GuestWay) {
        let deadline = watch.deadline(in: Self.bootLimit)
        if system.login.usesSSH, let session = try await enterBySSH(deadline) { return (session, .ssh) }
        let console = try await ConsoleSession.connect(node.consoleAccess(paths), deadline: deadline)
        guard system.login.usesSSH else { return (console, .console) }
        do {
            if let session = try await startSSH(over: console) {
                await console.close()
                return (session, .ssh)
            }
        } catch {
            await console.close()
            throw error
        }
        watch.report(.node(node.name, .note("its SSH server does not answer: everything goes over its serial console")))
        return (console, .console)
    }

    /// - Returns: `nil` if the console is there for somebody to log in, and SSH still does not answer.
    private func enterBySSH(_ deadline: ContinuousClock.Instant) async throws -> GuestSession? {
        try await withThrowingTaskGroup(of: GuestSession?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await connectBySSH(deadline) }
            group.addTask {
                var tail: [UInt8] = []
                for await chunk in try FileFollower.chunks(of: paths.serialLog(node.name)) {
                    tail = Array((tail + chunk).suffix(400))
                    if ConsolePrompt(tail) != .unknown { break }
                }
                try await Task.sleep(for: node.timeScale(Self.sshGrace))
                return nil
            }
            do {
                return try await group.next() ?? nil
            } catch let error as GuestError where error.code == .unreachable || error.code == .timeout {
                return nil
            }
        }
    }

    private func connectBySSH(_ deadline: ContinuousClock.Instant) async throws -> GuestSession {
        try await GuestSession.connect(to: node.endpoint(paths), watch: node.linkWatch, deadline: deadline)
    }

    /// Gives the guest what SSH needs: an address towards the host, and a server that runs.
    private func startSSH(over console: ConsoleSession) async throws -> GuestSession? {
        let guest = SystemGuest(name: node.name, connection: console, timeScale: node.timeScale)
        let key =
            system.login.key == nil
            ? String(decoding: try AtomicFile.contents(of: paths.publicKey), as: UTF8.self) : nil
        do {
            try await guest.bringUp(
                node.managementMAC, address: NodeConfiguration.managementAddress,
                in: NodeConfiguration.managementSubnet, mtu: nil)
            let line = key?.split(separator: "\n").first.map(String.init)
            guard try await guest.startSSHServer(key: line) else { return nil }
            return try await connectBySSH(watch.deadline(in: Self.sshGrace * 2))
        } catch let error as GuestError where error.code != .authenticationRefused && error.code != .connectionLost {
            return nil
        } catch is ContractError {
            return nil
        }
    }

    // MARK: - Setting up

    private func setUp(_ guest: SystemGuest) async throws {
        let lab = watch.lab
        try await step(.fabric) {
            if !node.usesImage {
                for driver in kernel.drivers {
                    try await guest.load(.init(name: driver.name, path: driver.path))
                }
            }
            try await guest.bringUp(
                node.fabricMAC, address: node.spec.address, in: lab.spec.fabric.subnet, mtu: lab.spec.fabric.mtu)
        }
        do {
            try await guest.addHosts(lab.nodes.map { ($0.spec.address, $0.name) })
        } catch let error as ContractError {
            // The kernels know each other by their addresses.
            watch.report(.node(node.name, .note(error.summary)))
        }
        try await step(.messageLayer) { try await load(guest) }
        try await awaitPeers(guest)
    }

    private func step(_ requirement: Requirement, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ContractError {
            throw watch.failure(requirement, error.summary)
        }
        watch.announce([requirement])
    }

    private func load(_ guest: SystemGuest) async throws {
        var modules: [SystemGuest.KernelModule] = []
        for loaded in kernel.layer {
            modules.append(
                SystemGuest.KernelModule(
                    name: loaded.module.name, path: try await slender(loaded.file),
                    arguments: KernelInterface.arguments(loaded.module.arguments, filledBy: values)))
        }
        let waiting = kernel.layer.firstIndex { $0.module.waitsForPeers } ?? modules.count
        for module in modules[..<waiting] { try await guest.load(module) }
        if waiting < modules.count { try await guest.loadInBackground(Array(modules[waiting...])) }
    }

    /// A module without what only debuggers want of it, which is most of it, for a line that may be slow.
    private func slender(_ module: KernelModuleFile) async throws -> String {
        let bytes = try AtomicFile.contents(of: module.path)
        // A signature is one of the whole file (scripts/sign-file.c of the kernel).
        guard !bytes.suffix(28).elementsEqual("~Module signature appended~\n".utf8) else { return module.path }
        let path = paths.node(node.name) + "/\(module.name).ko"
        let strip = HostCommand("llvm-strip-19", ["--strip-debug", "-o", path, module.path], package: "llvm-19")
        // It loads as well with it.
        return (try? await strip.check()) == nil ? module.path : path
    }

    /// Reads the kernel's log in the guest until it tells of every peer.
    private func awaitPeers(_ guest: SystemGuest) async throws {
        guard let joined = kernel.interface.membership.message else { return }
        let failures = kernel.interface.failures
        let deadline = watch.deadline(in: watch.peersLimit)
        var architectures: [Int: String] = [:]
        var seen = 0
        while Set(architectures.keys).count < watch.lab.nodes.count - 1 {
            let lines: [String]
            do {
                lines = try await guest.logLines(
                    count: seen + 1, matching: [joined] + failures.map(\.message), deadline: deadline)
            } catch let error as GuestError where error.code == .timeout {
                throw await watch.missing(architectures)
            }
            guard lines.count > seen else {
                throw watch.failure(.peers, "the kernel's log cannot be read in the guest")
            }
            for line in lines[seen...] {
                if let failure = SystemGuest.loadFailure(in: line) { throw watch.failure(.peers, failure) }
                if let failure = failures.first(where: { $0.message.groups(in: line) != nil }) {
                    throw watch.failure(.peers, "\(line) (\(failure.meaning))")
                }
                if let groups = joined.groups(in: line), let id = Int(groups[0]), id != node.id {
                    architectures[id] = groups[1]
                }
            }
            seen = lines.count
            if let stranger = watch.stranger(among: architectures) { throw watch.failure(.peers, stranger) }
        }
        let members = architectures.sorted { $0.key < $1.key }.map { id, architecture in
            "\(id) \(watch.lab.nodes[id].spec.address) \(architecture)\n"
        }
        try await guest.write(joined: members.joined())
        watch.announce([.peers])
    }
}
