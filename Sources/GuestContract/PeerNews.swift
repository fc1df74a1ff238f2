/// What a kernel's log says of a peer (`Images/kernel/popcorn/node.c`).
package enum PeerNews: Sendable, Equatable {
    /// Nothing has been heard of it for so long, and so many threads of the kernel that says so wait for it.
    case silent(peer: Int, milliseconds: Int, waiting: Int)
    /// It has been heard again, after so long a silence. Nothing was lost.
    case heard(peer: Int, milliseconds: Int)
    /// The session with it has ended.
    case lost(peer: Int, reason: String)

    /// - Parameter line: a message of the kernel, without its stamp; `nil` if it says nothing of this kind.
    package init?(parsing line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 4, words[0] == "popcorn:", let peer = Int(words[1]) else { return nil }
        switch words[2...].prefix(2).joined(separator: " ") {
        case "is silent":
            guard words.count >= 8, let time = Int(words[5]), let waiting = Int(words[7]) else { return nil }
            self = .silent(peer: peer, milliseconds: time, waiting: waiting)
        case "speaks again,":
            guard words.count >= 6, let time = Int(words[5]) else { return nil }
            self = .heard(peer: peer, milliseconds: time)
        default:
            guard words[2] == "lost," else { return nil }
            self = .lost(peer: peer, reason: words[3...].joined(separator: " "))
        }
    }
}
