/// A thread as its origin numbers it.
package struct ThreadID: Sendable, Equatable {
    /// The id of its process.
    package var pid: Int32
    /// Its own id, which its shadow keeps while it is away.
    package var tid: Int32

    /// Takes ids that the origin's `/proc/popcorn_ps` says.
    package init(pid: Int32, tid: Int32) {
        self.pid = pid
        self.tid = tid
    }
}

/// What became of a thread that was asked to move.
package enum MoveResult: String, Codable, Sendable {
    case moved
    /// It was at the node already.
    case there
    case refused
    case exited
    /// It has not come to a migration point in time; the request stands.
    case late
}

/// What `popcorn-migrate move` says of one thread.
package struct MoveAnswer: Sendable {
    /// The thread that was asked to move.
    package var thread: ThreadID
    /// What had become of it when the answer was given.
    package var result: MoveResult
    /// The id of the node where it is, if it lives and has not moved; of that where it was, if it has.
    package var node: Int?
    /// From the request until the origin had sent it on and the target ran it, if it has moved.
    package var microseconds: Double?
    /// Why it was refused.
    package var reason: String?
    /// Other hops that it made meanwhile, if it is late.
    package var otherHops: Int?

    /// - Parameter line: `PID/TID RESULT KEY=VALUE…`.
    init?(parsing line: Substring) {
        let words = line.split(separator: " ")
        let ids = words.first?.split(separator: "/").compactMap { Int32($0) } ?? []
        guard words.count >= 2, ids.count == 2, let result = MoveResult(rawValue: String(words[1])) else { return nil }
        let values = KeyValues(words.dropFirst(2))
        thread = ThreadID(pid: ids[0], tid: ids[1])
        self.result = result
        node = values.number("from") ?? values.number("node")
        microseconds = values.number("us")
        reason = values.number("error").map(MoveRefusal.reason)
        otherHops = values.number("hops")
    }
}
