import GuestContract
import Support

/// A node of which another hears nothing.
package struct Silence: Codable, Sendable, Equatable {
    /// Its name.
    package var node: String
    /// For how long.
    package var milliseconds: Int
    /// The name of the node that says so.
    package var seenBy: String
    /// How many threads there wait for something from it.
    package var waiting: Int

    /// What the kernel of `seenBy` has in its table of peers.
    init(of peer: PeerTable.Peer, named node: String, seenBy: String) {
        self.init(node: node, milliseconds: peer.silentMilliseconds, seenBy: seenBy, waiting: peer.waiting)
    }

    /// A silence that was told, or is expected to be.
    package init(node: String, milliseconds: Int, seenBy: String, waiting: Int) {
        self.node = node
        self.milliseconds = milliseconds
        self.seenBy = seenBy
        self.waiting = waiting
    }

    /// For people.
    package var sentence: String {
        let waiters =
            switch waiting {
            case 0: "nobody there waits for it"
            case 1: "1 thread there waits for it"
            default: "\(waiting) threads there wait for it"
            }
        return
            "\(node) has been silent for \(Duration.milliseconds(milliseconds).formattedSeconds), as \(seenBy) sees it; \(waiters)"
    }
}
