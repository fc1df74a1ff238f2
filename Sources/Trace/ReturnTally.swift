/// Joins each thread's moves to another node with its next one, if that leads back.
struct ReturnTally {
    private struct Thread: Hashable {
        var process: UInt64
        var thread: UInt32
    }

    private struct Move {
        var from: Int
        var to: Int
        /// µs on the host's clock.
        var begin: Double
        var end: Double
    }

    let pairs: [MigrationSummary.ThereAndBack]

    init(_ hops: [Hop], nodes: [Timeline.Node], fit: ClockFit) {
        var indices: [Int32: Int] = [:]
        for (index, node) in nodes.enumerated() { indices[node.files.id] = index }
        func host(_ moment: Moment) -> Double { fit.maps[moment.node].hostTime(of: moment.time).microseconds }
        let byThread = Dictionary(
            grouping: hops.compactMap { hop -> (Thread, Move)? in
                guard hop.status >= 0, !hop.ends, let begin = hop.begin, let end = hop.resume,
                    let from = indices[hop.from], let to = indices[hop.to]
                else { return nil }
                return (
                    Thread(process: hop.key.process, thread: hop.key.thread),
                    Move(from: from, to: to, begin: host(begin), end: host(end))
                )
            }, by: \.0)
        var lengths: [[Int]: [Double]] = [:]
        for moves in byThread.values {
            var away: Move?
            for move in moves.map(\.1).sorted(by: { $0.begin < $1.begin }) {
                guard let there = away, there.to == move.from, there.from == move.to else {
                    away = move
                    continue
                }
                lengths[[min(move.from, move.to), max(move.from, move.to)], default: []].append(
                    there.end - there.begin + (move.end - move.begin))
                away = nil
            }
        }
        pairs = lengths.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { pair, lengths in
            TraceSummary.Spread(lengths).map {
                MigrationSummary.ThereAndBack(
                    nodes: pair.map { nodes[$0].files.name }, count: lengths.count, duration: $0)
            }
        }
    }
}
