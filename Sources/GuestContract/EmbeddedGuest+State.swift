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
        let text = try await session.exec("cat \(GuestFile.uptime) \(GuestFile.peers)", deadline: deadline(.seconds(2)))
            .text
        return Condition(
            uptimeSeconds: text.split(separator: " ").first.flatMap { Double($0) }, peers: PeerTable(parsing: text))
    }

    /// The command that shows a guest's peers, for people.
    package static let peersCommand = "cat \(GuestFile.peers)"

    /// Its peers.
    package func peers() async throws -> PeerTable {
        PeerTable(parsing: try await session.exec(Self.peersCommand, deadline: nil).text)
    }

    /// Asks the guest to end. That it has ended shows on the host.
    package func powerOff(within limit: Duration) async {
        _ = try? await session.exec("poweroff", deadline: .now + limit)
    }
}
