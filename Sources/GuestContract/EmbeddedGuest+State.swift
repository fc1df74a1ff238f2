import Guest
import Topology

extension EmbeddedGuest {
    /// What a guest says of itself.
    package struct Condition: Sendable {
        /// Seconds since its kernel started; `nil` if it does not say.
        package var uptimeSeconds: Double?
        /// All nodes as its kernel sees them; empty if the kernel has no `/proc/popcorn_peers`.
        package var peers: PeerTable
    }

    /// Whether commands run.
    ///
    /// - Parameter limit: how long that may take, whatever the guest runs on.
    /// - Throws: `ContractError` if the command fails; what `GuestSession.exec` throws.
    package func answer(within limit: Duration) async throws {
        let answer = try await session.exec("true", deadline: .now + limit)
        guard answer.succeeded else {
            throw ContractError(.failed, "'true' ended with \(answer.exitCode) \(answer.errorText)")
        }
    }

    /// Its uptime and its peers, by one process: to start one takes an emulated guest long.
    package func condition() async throws -> Condition {
        if let interface, interface.membership.message != nil { return try await ownCondition(interface) }
        let text = try await session.exec("cat \(GuestFile.uptime) \(GuestFile.peers)", deadline: deadline(.seconds(2)))
            .text
        return Condition(
            uptimeSeconds: text.split(separator: " ").first.flatMap { Double($0) }, peers: PeerTable(parsing: text))
    }

    /// Of a kernel whose log tells who has joined. It does not notice a loss; the TCP connection does.
    private func ownCondition(_ interface: KernelInterface) async throws -> Condition {
        let files = "\(GuestFile.uptime) \(GuestFile.joined) \(GuestFile.connections)"
        let text = try await session.exec("cat \(files)", deadline: deadline(.seconds(2))).text
        return Condition(
            uptimeSeconds: text.split(separator: " ").first.flatMap { Double($0) },
            peers: PeerTable(
                joined: text, connections: ConnectionTable(parsing: text), port: interface.transport.port))
    }

    /// Its TCP connections.
    package func connections() async throws -> ConnectionTable {
        let result = try await session.exec("cat \(GuestFile.connections)", deadline: deadline(.seconds(5)))
        return ConnectionTable(parsing: result.text)
    }

    /// What a kernel of the user's own tells of processes that can move, in its own words.
    ///
    /// - Parameter peers: the addresses of the other nodes. Such a kernel may ask them and wait for ever for one that is gone.
    /// - Throws: `ContractError` if a peer is not connected, or the file cannot be read.
    package func ownProcesses(_ file: String, port: Int, peers: [IPv4Address]) async throws -> String {
        let table = try await connections()
        if let missing = peers.first(where: { !table.isConnected(to: $0, port: port) }) {
            throw failure(
                "no connection with \(missing): its kernel would wait for that peer",
                hint: "`popcorn-lab status` shows who is connected with whom")
        }
        return try await output(of: "cat \(file)", within: .seconds(5), subject: file).text
    }

    /// The command that shows a guest's peers, for people.
    package static let peersCommand = "cat \(GuestFile.peers)"

    /// Its peers.
    package func peers() async throws -> PeerTable {
        PeerTable(parsing: try await session.exec(Self.peersCommand, deadline: nil).text)
    }

    /// Tells the kernel that a peer is no more, as only the host can know at once.
    ///
    /// The kernel refuses if its session is with another message layer, so a peer that has come back meanwhile is safe.
    /// - Parameter bootID: of the session, as the kernel's own table of peers has it.
    package func giveUp(peer: Int, bootID: String) async throws {
        try await carryOut(
            "echo gone \(peer) \(bootID) > \(GuestFile.peers)", to: "tell its kernel that node \(peer) is gone")
    }

    /// A restart ends QEMU on every machine and kernel, as guests run with -no-reboot; a power-off may not. Whatever init there is may
    /// take its time to write what it has to write; one that is none does not answer at all.
    private static let restart = "sync; reboot 2>/dev/null; sleep 3; reboot -f"

    /// Asks the guest to end. That it has ended shows on the host.
    package func powerOff(within limit: Duration) async {
        _ = try? await session.exec(isOwn ? Self.restart : "poweroff", deadline: .now + limit)
    }
}
