extension Timeline {
    /// A thread's attempt to move, on the host's clock.
    package struct TracedHop: Sendable, Equatable {
        /// The process's id in the whole lab.
        package var process: UInt64
        /// The thread's number in its process.
        package var thread: UInt32
        /// The node that it left, by name.
        package var from: String
        /// The node that it asked for.
        package var to: String
        /// When it asked to leave; µs since the epoch.
        package var begin: Double
        /// When it went on in user space; `nil` if no trace shows that.
        package var end: Double?
        /// A positive errno if it went on where it was.
        package var error: Int32
    }

    /// All hops whose beginning a trace shows, in the order of their beginnings, without those by which threads only ended.
    package var hops: [TracedHop] { Self.hops(migration.hops, nodes: nodes, fit: fit) }

    /// `hops` of what a timeline is made of.
    static func hops(_ hops: [Hop], nodes: [Node], fit: ClockFit) -> [TracedHop] {
        let names = Dictionary(nodes.map { ($0.files.id, $0.files.name) }, uniquingKeysWith: { first, _ in first })
        return hops.compactMap { hop in
            guard !hop.ends, let begin = hop.begin, let from = names[hop.from], let to = names[hop.to] else {
                return nil
            }
            func host(_ moment: Moment) -> Double { fit.maps[moment.node].hostTime(of: moment.time).microseconds }
            return TracedHop(
                process: hop.key.process, thread: hop.key.thread, from: from, to: to, begin: host(begin),
                end: hop.resume.map(host), error: max(0, -hop.status))
        }.sorted { ($0.begin, $0.thread) < ($1.begin, $1.thread) }
    }
}
