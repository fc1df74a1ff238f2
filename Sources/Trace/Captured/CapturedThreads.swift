import Topology

/// Who is who among the threads that messages speak of, and where each of them is.
struct CapturedThreads {
    /// A thread, by what it is called at its origin.
    struct Key: Hashable {
        var process: UInt64
        var thread: UInt32
    }

    /// A thread, by what it is called on one node.
    struct Local: Hashable {
        var node: Int
        var id: Int64
    }

    /// A thread's last move.
    struct Move {
        var hop: UInt32
        var from: Int
        var to: Int
        /// Its message is there.
        var hasArrived = false
        /// It is known by whom it is run there.
        var hasPaired = false
        /// The log there says that it goes on.
        var isMarked = false
        /// It goes on in user space.
        var hasResumed = false
        /// By what it is called there, as soon as that is known.
        var local: Int64?
        /// It goes back to its origin, where its shadow waits.
        var isReturn: Bool
    }

    private var keys: [Local: Key] = [:]
    private(set) var moves: [Key: Move] = [:]

    /// The id in the whole lab of a process that was started on a node.
    static func process(_ id: Int64, startedOn node: Int) -> UInt64 {
        UInt64(node) << 32 | UInt64(UInt32(truncatingIfNeeded: id))
    }

    func key(of id: Int64, on node: Int) -> Key? { keys[Local(node: node, id: id)] }

    mutating func know(_ key: Key, as id: Int64, on node: Int) { keys[Local(node: node, id: id)] = key }

    /// A thread that is known at its origin, or else is taken for one of a process of its own.
    mutating func thread(_ id: Int64, ofOrigin node: Int) -> Key {
        if let key = key(of: id, on: node) { return key }
        let key = Key(process: Self.process(id, startedOn: node), thread: UInt32(truncatingIfNeeded: id))
        know(key, as: id, on: node)
        return key
    }

    mutating func begin(_ key: Key, from: Int, to: Int, isReturn: Bool) -> Move {
        let move = Move(hop: (moves[key]?.hop ?? 0) + 1, from: from, to: to, isReturn: isReturn)
        moves[key] = move
        return move
    }

    /// Changes what is known of a thread's last move, if that led to this node.
    mutating func note(_ key: Key, at node: Int, _ change: (inout Move) -> Void) {
        guard moves[key]?.to == node, var move = moves[key] else { return }
        change(&move)
        moves[key] = move
    }
}
