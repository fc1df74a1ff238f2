import Topology

/// The nodes of the message layer as one kernel sees them: `/proc/popcorn_peers`.
package struct PeerTable: Sendable {
    /// Whether the node's kernel is connected with another.
    package enum State: String, Codable, Sendable {
        /// The node itself.
        case own = "self"
        case up
        /// Nothing has been heard of it for a while, and whoever needs it waits; nothing is lost.
        case silent
        case down

        /// Whether the two have a session, so that messages between them arrive sooner or later.
        package var takesPart: Bool { self == .up || self == .silent }
    }

    /// One line of the table: a node of the lab.
    package struct Peer: Sendable {
        /// Node id of the message layer.
        package var id: Int
        /// As this kernel sees it; the peer's kernel may see it differently.
        package var state: State
        /// Of the message layer that the session is with, and another one whenever it is loaded; `nil` if the kernel does not tell.
        package var bootID: String?
        /// Since the last sign of life, in ms; 0 while it is not silent.
        package var silentMilliseconds = 0
        /// Threads of the kernel whose table it is that wait for something from this node.
        package var waiting = 0

        init(id: Int, state: State, bootID: String? = nil) {
            self.id = id
            self.state = state
            self.bootID = bootID
        }
    }

    /// In the order of their ids. The node itself is among them.
    package let peers: [Peer]
    /// Each line as the kernel wrote it.
    package let lines: [Substring]

    /// Of a kernel that tells by its log who has joined, and never who was lost: those are up whose connection stands.
    ///
    /// - Parameter joined: lines of `ID ADDRESS ARCHITECTURE`; others are passed over.
    package init(joined text: String, connections: ConnectionTable, port: Int) {
        let known = text.split(separator: "\n").compactMap { line -> (line: Substring, peer: Peer)? in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let id = Int(words[0]), let address = IPv4Address(words[1]) else { return nil }
            return (line, Peer(id: id, state: connections.isConnected(to: address, port: port) ? .up : .down))
        }
        lines = known.map(\.line)
        peers = known.map(\.peer)
    }

    /// - Parameter text: lines of `MARK ID ADDRESS ARCH STATE EPOCH BOOT-ID SILENT-MS WAITING`, where the mark `*` stands for the
    ///   node itself and not all kernels tell what follows the state; other lines are passed over.
    package init(parsing text: String) {
        lines = text.split(separator: "\n")
        peers = lines.compactMap { line in
            let words = line.split(separator: " ").drop { $0 == "*" }.map(String.init)
            guard words.count >= 4, let id = Int(words[0]), words[1].contains("."),
                let state = State(rawValue: words[3])
            else { return nil }
            var peer = Peer(id: id, state: state, bootID: words.count > 5 ? words[5] : nil)
            if words.count > 6 { peer.silentMilliseconds = Int(words[6]) ?? 0 }
            if words.count > 7 { peer.waiting = Int(words[7]) ?? 0 }
            return peer
        }
    }
}
