import Support

/// What became of the threads of a run that moved between kernels, in numbers.
package struct MigrationSummary: Equatable, Codable, Sendable {
    /// The hops from one node to another.
    package struct Route: Equatable, Codable, Sendable {
        /// The name of the node that the threads were on.
        package var from: String
        /// The name of the node that they wanted to move to.
        package var to: String
        /// Attempts that were seen to begin.
        package var hops: Int
        /// Of these, the ones after which the thread went on where it was, by the errno's text.
        package var failed: [String: Int]
        /// Begun and not seen to end: lost with a node, or the trace ends too early.
        package var unfinished: Int
        /// By phase; phases that no hop has are absent. Failed hops are not counted.
        package var phases: [Phase]
        /// Pages that had to be asked for until the thread left again, per hop.
        package var pages: TraceSummary.Spread?
    }

    /// How long one phase took in the hops of a route.
    package struct Phase: Equatable, Codable, Sendable {
        /// Which phase it is.
        package var phase: HopPhase
        /// How many hops have both ends of it.
        package var count: Int
        /// µs.
        package var duration: TraceSummary.Spread
        /// How wrong each may be, µs to either side: phases that begin on one node and end on another; `nil` if unknown.
        package var errorMicroseconds: Double?
    }

    /// Moves of threads to another node and, by their next move, back from there.
    package struct ThereAndBack: Equatable, Codable, Sendable {
        /// The two nodes, in the lab's order.
        package var nodes: [String]
        /// How often a thread went there and came back.
        package var count: Int
        /// µs of both moves, from asking to leave to going on in user space, without the stay between them.
        ///
        /// What the two clocks are apart adds to one move what it takes from the other: unlike the times of a route, this is
        /// exact.
        package var duration: TraceSummary.Spread
    }

    /// One page of one process.
    package struct Page: Equatable, Codable, Sendable {
        /// The process's id in the whole lab, not a pid of one kernel, in hex: `0xdd2262d8b06951`.
        package var process: String
        /// The page's first byte, in hex: `0x40000000`.
        package var address: String
        /// Faults on all nodes that gave a thread access or failed, without those that the kernel had it repeat.
        package var faults: Int
        /// Faults for which another node was asked.
        package var remote: Int
        /// Of the faults, those in which a thread wanted to write.
        package var writes: Int
        /// Ended by SIGBUS.
        package var failed: Int
        /// µs that threads waited for the page, on all nodes together.
        package var waitMicroseconds: Double
        /// The symbols or the region that lie there; `nil` if that is not known.
        package var place: String?
    }

    /// All delegated calls of one number, as the calling threads saw them.
    package struct Call: Equatable, Codable, Sendable {
        /// The call as `call_begin` numbers it: `enum popcorn_call_number`, from 256 on the runtime's own calls.
        package var number: Int32
        /// What the call does: `write`, `futex wait`; `system call N` or `call N` for one that is not known.
        package var name: String
        /// How many were seen to begin.
        package var count: Int
        /// µs; `nil` if none was seen to end.
        package var duration: TraceSummary.Spread?
        /// Of these, those that were not seen to end: lost with a node, or the trace ends too early.
        package var unfinished: Int
    }

    /// In the order of the nodes.
    package var routes: [Route]
    /// By pair of nodes, in their order.
    package var thereAndBack: [ThereAndBack]
    /// Page faults of all pages.
    package var faults: Int
    /// All pages that were faulted on, the hottest first.
    package var pages: [Page]
    /// By number.
    package var calls: [Call]

    /// Nothing of this is in the run.
    package var isEmpty: Bool { routes.isEmpty && pages.isEmpty && calls.isEmpty }

    init(_ table: MigrationTable, nodes: [Timeline.Node], fit: ClockFit, places: AddressMap) {
        routes = RouteTally(table.hops, nodes: nodes, fit: fit).routes
        thereAndBack =
            ReturnTally(
                Timeline.hops(table.hops, nodes: nodes, fit: fit), nodes: nodes.map(\.files.name)
            ).pairs
        faults = table.pages.values.reduce(0) { $0 + $1.faults }
        pages = Self.hottest(table.pages).map { key, count in
            Page(
                process: Self.hexadecimal(key.process), address: Self.hexadecimal(key.page), faults: count.faults,
                remote: count.remote, writes: count.writes, failed: count.failed,
                waitMicroseconds: Double(count.waited) / 1000, place: places.describe(page: key.page))
        }
        calls = Dictionary(grouping: table.calls.values, by: \.number).map { number, calls in
            let lengths = calls.compactMap { call in
                call.end.map { Double($0.nanoseconds - call.begin.time.nanoseconds) / 1000 }
            }
            return Call(
                number: number, name: DelegatedCall.name(number), count: calls.count,
                duration: TraceSummary.Spread(lengths), unfinished: calls.count - lengths.count)
        }.sorted { $0.number < $1.number }
    }

    private static func hottest(_ pages: [PageKey: MigrationTable.PageCount]) -> [(PageKey, MigrationTable.PageCount)] {
        let sorted = pages.sorted { left, right in
            (right.value.remote, right.value.faults, left.key.process, left.key.page)
                < (left.value.remote, left.value.faults, right.key.process, right.key.page)
        }
        return sorted.map { ($0.key, $0.value) }
    }

    static func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}

/// Sorts hops by where they led and measures their phases.
private struct RouteTally {
    private struct Key: Hashable {
        var from: Int
        var to: Int
    }

    let routes: [MigrationSummary.Route]

    init(_ hops: [Hop], nodes: [Timeline.Node], fit: ClockFit) {
        var indices: [Int32: Int] = [:]
        for (index, node) in nodes.enumerated() { indices[node.files.id] = index }
        let byRoute = Dictionary(
            grouping: hops.compactMap { hop -> (Key, Hop)? in
                guard let from = indices[hop.from], let to = indices[hop.to] else { return nil }
                return (Key(from: from, to: to), hop)
            }, by: \.0)
        routes = byRoute.sorted { ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to) }.map { key, entries in
            let hops = entries.map(\.1)
            let moved = hops.filter { $0.status >= 0 && $0.isComplete }
            let times = moved.map { HopTimes($0, fit.maps) }
            let failures = hops.filter { $0.status < 0 }.map { errorText(-$0.status) }
            return MigrationSummary.Route(
                from: nodes[key.from].files.name, to: nodes[key.to].files.name, hops: hops.count,
                failed: failures.reduce(into: [:]) { $0[$1, default: 0] += 1 },
                unfinished: hops.count { $0.status >= 0 && !$0.isComplete },
                phases: HopPhase.allCases.compactMap { phase in
                    let lengths = times.compactMap { $0.length(of: phase) }
                    guard let spread = TraceSummary.Spread(lengths) else { return nil }
                    let crosses = phase == .leave || phase == .hop || phase == .request
                    return MigrationSummary.Phase(
                        phase: phase, count: lengths.count, duration: spread,
                        errorMicroseconds: crosses
                            ? TraceSummary.finite(fit.pairErrorMicroseconds(key.from, key.to)) : 0)
                },
                pages: TraceSummary.Spread(moved.map { Double($0.stay.pages.count) }))
        }
    }
}

/// A hop's moments on the host's clock.
struct HopTimes {
    /// When each phase begins and, if the next one is known, ends.
    private(set) var spans: [HopPhase: ClosedRange<HostTime>] = [:]
    /// The first and the last moment that is known of it.
    private(set) var begin: HostTime?
    private(set) var end: HostTime?

    init(_ hop: Hop, _ maps: [ClockMap]) {
        func host(_ moment: Moment?) -> HostTime? { moment.map { maps[$0.node].hostTime(of: $0.time) } }
        func after(_ time: GuestTime?) -> HostTime? {
            time.flatMap { time in hop.resume.map { maps[$0.node].hostTime(of: time) } }
        }
        let request = hop.requests.compactMap(host).min()
        let (check, begin, arrive, resume) = (host(hop.check), host(hop.begin), host(hop.arrive), host(hop.resume))
        let (first, warm) = (after(hop.stay.firstFault), after(hop.stay.warm))
        set(.request, request, check)
        set(.check, check, begin)
        set(.leave, begin, arrive)
        set(.arrive, arrive, resume)
        set(.firstFault, resume, first)
        set(.warm, first, warm)
        set(.hop, begin, resume)
        let known = [request, check, begin, arrive, resume, first, warm].compactMap(\.self)
        self.begin = known.min()
        end = known.max()
    }

    private mutating func set(_ phase: HopPhase, _ begin: HostTime?, _ end: HostTime?) {
        guard let begin, let end else { return }
        spans[phase] = begin...max(begin, end)
    }

    /// µs.
    func length(of phase: HopPhase) -> Double? {
        spans[phase].map { Double($0.upperBound.nanoseconds - $0.lowerBound.nanoseconds) / 1000 }
    }
}
