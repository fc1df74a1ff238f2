/// Moves receipts that came before their sending to after it, and everything after them along.
///
/// Straight clocks that satisfy every message need nothing here. Where none exist, the events of all nodes are visited
/// in an order that respects each node's own and puts a sending before its receipt. A receipt that is too early lifts
/// its node's correction; from there the correction decays by one part in a hundred of the time that passes, so that
/// time on a node never runs backwards, and rises linearly from the node's event before, so that no step appears.
struct CausalRepair {
    /// For each node, sorted by guest time.
    private(set) var corrections: [[ClockMap.Point]]
    /// Messages whose receipt could not be placed after the sending because they form a circle.
    private(set) var impossibleMessages = 0

    private let maps: [ClockMap]
    private let messages: [ClockProblem.Message]

    /// What a message takes at least: enough to see the order in a file with nanoseconds.
    private static let leastLatency: Int64 = 2
    private static let decay: Int64 = 100

    /// One end of a message on its node's own clock.
    private struct End {
        var time: Int64
        var message: Int32
        var isReceipt: Bool
    }

    private struct NodeState {
        var ends: [End] = []
        var next = 0
        var time: Int64 = 0
        var correction: Int64 = 0
        var started = false
    }

    init(maps: [ClockMap], messages: [ClockProblem.Message]) {
        self.maps = maps
        self.messages = messages
        corrections = [[ClockMap.Point]](repeating: [], count: maps.count)
    }

    mutating func run() {
        guard messages.contains(where: isViolated) else { return }
        var nodes = [NodeState](repeating: NodeState(), count: maps.count)
        for (index, message) in messages.enumerated() where message.from != message.to {
            let id = Int32(truncatingIfNeeded: index)
            nodes[Int(message.from)].ends.append(
                End(time: message.sent.nanoseconds, message: id, isReceipt: false))
            nodes[Int(message.to)].ends.append(
                End(time: message.received.nanoseconds, message: id, isReceipt: true))
        }
        for index in nodes.indices { nodes[index].ends.sort { $0.time < $1.time } }
        var sentAt = [Int64?](repeating: nil, count: messages.count)
        while true {
            var progress = false
            for index in nodes.indices {
                while advance(&nodes[index], index, &sentAt, force: false) { progress = true }
            }
            if progress { continue }
            // Only a circle stops everything. Break it at the node whose next event is the earliest.
            let stuck = nodes.indices.filter { nodes[$0].next < nodes[$0].ends.count }
            guard
                let index = stuck.min(by: {
                    hostTime($0, nodes[$0].ends[nodes[$0].next].time)
                        < hostTime($1, nodes[$1].ends[nodes[$1].next].time)
                })
            else { break }
            _ = advance(&nodes[index], index, &sentAt, force: true)
        }
        impossibleMessages = zip(messages, sentAt).count { message, sent in
            guard message.from != message.to, let sent else { return false }
            var map = maps[Int(message.to)]
            map.corrections = corrections[Int(message.to)]
            return map.hostTime(of: message.received).nanoseconds <= sent
        }
    }

    private func isViolated(_ message: ClockProblem.Message) -> Bool {
        message.from != message.to
            && hostTime(Int(message.to), message.received.nanoseconds)
                < hostTime(Int(message.from), message.sent.nanoseconds) + Self.leastLatency
    }

    private func hostTime(_ node: Int, _ guest: Int64) -> Int64 {
        maps[node].straight(GuestTime(nanoseconds: guest)).nanoseconds
    }

    /// Places all of a node's next events that have one stamp; false if one of them waits for its sending, or none is
    /// left.
    ///
    /// Events of one stamp must move together: a map gives one host time for one guest time.
    private mutating func advance(
        _ node: inout NodeState, _ index: Int, _ sentAt: inout [Int64?], force: Bool
    ) -> Bool {
        guard node.next < node.ends.count else { return false }
        let time = node.ends[node.next].time
        var end = node.next
        var earliest = Int64.min
        while end < node.ends.count, node.ends[end].time == time {
            if node.ends[end].isReceipt {
                if let sent = sentAt[Int(node.ends[end].message)] {
                    earliest = max(earliest, sent + Self.leastLatency)
                } else if !force {
                    return false
                }
            }
            end += 1
        }
        let straight = hostTime(index, time)
        let before = node.correction
        let decayed = node.started ? max(0, before - (time - node.time) / Self.decay) : 0
        let correction = max(decayed, earliest == .min ? 0 : earliest - straight)
        record(correction, decayed: decayed, before: before, at: time, of: index, node)
        for place in node.next..<end where !node.ends[place].isReceipt {
            sentAt[Int(node.ends[place].message)] = straight + correction
        }
        (node.next, node.time, node.correction, node.started) = (end, time, correction, true)
        return true
    }

    private mutating func record(
        _ correction: Int64, decayed: Int64, before: Int64, at time: Int64, of index: Int, _ node: NodeState
    ) {
        func add(_ time: Int64, _ value: Int64) {
            let guest = GuestTime(nanoseconds: time)
            if let last = corrections[index].last, last.guest >= guest {
                if last.guest == guest { corrections[index][corrections[index].count - 1].value = value }
                return
            }
            corrections[index].append(ClockMap.Point(guest: guest, value: value))
        }
        if correction > decayed {
            // From the event before, where the correction was `before`, up to here.
            if node.started { add(node.time, before) }
            add(time, correction)
        } else if before > 0 {
            let zero = node.time + before * Self.decay
            if decayed == 0, zero < time { add(zero, 0) } else { add(time, correction) }
        }
    }
}
