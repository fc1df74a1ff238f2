/// Joins each thread's moves to another node with its next one, if that leads back.
struct ReturnTally {
    private struct Thread: Hashable {
        var process: UInt64
        var thread: UInt32
    }

    let pairs: [MigrationSummary.ThereAndBack]

    /// - Parameters:
    ///   - hops: in the order of their beginnings.
    ///   - nodes: all names, in the lab's order.
    init(_ hops: [Timeline.TracedHop], nodes: [String]) {
        let indices = Dictionary(zip(nodes, nodes.indices), uniquingKeysWith: { first, _ in first })
        var away: [Thread: Timeline.TracedHop] = [:]
        var lengths: [[Int]: [Double]] = [:]
        for hop in hops where hop.error == 0 {
            guard let end = hop.end, let from = indices[hop.from], let to = indices[hop.to] else { continue }
            let thread = Thread(process: hop.process, thread: hop.thread)
            guard let there = away[thread], there.to == hop.from, there.from == hop.to, let arrival = there.end else {
                away[thread] = hop
                continue
            }
            lengths[[min(from, to), max(from, to)], default: []].append(arrival - there.begin + (end - hop.begin))
            away[thread] = nil
        }
        pairs = lengths.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { pair, lengths in
            TraceSummary.Spread(lengths).map {
                MigrationSummary.ThereAndBack(nodes: pair.map { nodes[$0] }, count: lengths.count, duration: $0)
            }
        }
    }
}
