import Topology

/// A guest's TCP connections over IPv4: `/proc/net/tcp` (proc(5)).
package struct ConnectionTable: Sendable {
    private struct Connection {
        var localPort: Int
        var remote: IPv4Address
        var remotePort: Int
        /// A number of the kernel's `include/net/tcp_states.h`.
        var state: Int
    }

    private let connections: [Connection]

    private static let established = 1
    private static let opening = 2
    private static let listening = 10

    /// - Parameter text: lines of `N: LOCAL:PORT REMOTE:PORT STATE …` in hexadecimal; others are passed over.
    package init(parsing text: String) {
        connections = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 3, words[0].hasSuffix(":"), let local = Self.place(words[1]),
                let remote = Self.place(words[2]), let state = Int(words[3], radix: 16)
            else { return nil }
            return Connection(localPort: local.port, remote: remote.address, remotePort: remote.port, state: state)
        }
    }

    /// The kernel prints an address as a number of its own byte order, which is the lowest first on all our ISAs.
    private static func place(_ text: Substring) -> (address: IPv4Address, port: Int)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = UInt32(parts[0], radix: 16), let port = Int(parts[1], radix: 16) else {
            return nil
        }
        return (IPv4Address(bits: address.byteSwapped), port)
    }

    /// Whether a connection of the message layer with this peer stands, whoever opened it.
    package func isConnected(to peer: IPv4Address, port: Int) -> Bool {
        connections.contains {
            $0.state == Self.established && $0.remote == peer && ($0.remotePort == port || $0.localPort == port)
        }
    }

    /// How far the connection with a peer has come, and what that means, as the end of a sentence.
    ///
    /// - Parameter isOurs: whether this node is the one that opens it.
    package func progress(to peer: IPv4Address, port: Int, isOurs: Bool) -> String {
        if isConnected(to: peer, port: port) {
            return "a connection stands, but the peer has not told its architecture"
        }
        if connections.contains(where: { $0.state == Self.opening && $0.remote == peer && $0.remotePort == port }) {
            return "no answer from that address: the peer is not up, or not reachable"
        }
        if isOurs {
            return
                "no connection to its port \(port), which is tried again each second: the peer has not loaded its message "
                + "layer, or not with these addresses"
        }
        return connections.contains { $0.state == Self.listening && $0.localPort == port }
            ? "it has not connected to our port \(port): the peer has not loaded its message layer, or not with these "
                + "addresses"
            : "our own message layer does not listen on port \(port)"
    }
}
