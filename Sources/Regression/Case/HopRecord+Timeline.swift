import Results
import Trace

extension HopRecord {
    /// What the traces of a case's try show; `nil` if nothing has moved.
    init?(_ timeline: Timeline) {
        let hops = timeline.hops
        guard let first = hops.first else { return nil }
        var threads: [[UInt64]] = []
        let found = hops.map { hop in
            let key = [hop.process, UInt64(hop.thread)]
            let thread = threads.firstIndex(of: key) ?? threads.count
            if thread == threads.count { threads.append(key) }
            return Hop(
                thread: thread, from: hop.from, to: hop.to, begin: (hop.begin - first.begin) / 1000,
                end: hop.end.map { ($0 - first.begin) / 1000 }, error: hop.error > 0 ? hop.error : nil)
        }
        self.init(nodes: timeline.nodes.map(\.files.name), hops: found)
    }
}
