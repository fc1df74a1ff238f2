/// The clock problem as a linear program: two unknowns per node, in µs, small and of one size.
///
/// Node i's clock is read as `reference + (g − middle) + u + d·x`, where `middle` is the middle of the node's own
/// time, `reference` a first guess of when that was on the host, and x runs from −1 to 1 over the node's time: u is
/// what the guess is wrong by, d what the clock drifts in half that time.
struct ClockLayout {
    private struct Frame {
        var first: GuestTime
        var last: GuestTime
        /// Nanoseconds.
        var middle: Int64
        var reference: Int64
        var half: Double
        var isGuessed = false
        var isAnchored = false

        func x(_ guest: GuestTime) -> Double { Double(guest.nanoseconds - middle) / half }
        /// Nanoseconds on the host's clock, before u and d.
        func base(_ guest: GuestTime) -> Int64 { reference + (guest.nanoseconds - middle) }
    }

    /// A guest whose clock goes by ticks misses those that come while it does not run: half a percent of them was seen.
    /// Parts per million.
    private static let coarseDrift = 20_000.0

    private let problem: ClockProblem
    private let drift: Double
    private var frames: [Frame] = []
    private var hulls: [(from: Int, to: Int, hull: CausalHull)] = []
    private var samples: [[ClockSample]]
    private(set) var warnings: [String] = []

    init(_ problem: ClockProblem) {
        self.problem = problem
        let isCoarse = problem.nodes.contains { $0.samples.contains { $0.grain > 0 } }
        drift = min(0.1, max(isCoarse ? Self.coarseDrift : 1, problem.maximumDrift) / 1e6)
        samples = problem.nodes.map { node in node.samples.filter { $0.hostBefore <= $0.hostAfter } }
        for (node, kept) in zip(problem.nodes, samples) where kept.count < node.samples.count {
            warnings.append("node \(node.name): \(node.samples.count - kept.count) clock samples end before they begin")
        }
        makeHulls()
        makeFrames()
        makeGuesses()
    }

    private mutating func makeHulls() {
        var directions: [Int: [(sent: GuestTime, received: GuestTime)]] = [:]
        let count = problem.nodes.count
        for message in problem.messages where message.from != message.to {
            directions[Int(message.from) * count + Int(message.to), default: []]
                .append((message.sent, message.received))
        }
        for (key, messages) in directions.sorted(by: { $0.key < $1.key }) {
            hulls.append((from: key / count, to: key % count, hull: CausalHull(messages, drift: drift)))
        }
    }

    private mutating func makeFrames() {
        var first = [GuestTime?](repeating: nil, count: problem.nodes.count)
        var last = first
        func include(_ node: Int, _ time: GuestTime) {
            first[node] = min(first[node] ?? time, time)
            last[node] = max(last[node] ?? time, time)
        }
        for (index, node) in problem.nodes.enumerated() {
            for sample in samples[index] { include(index, sample.guest) }
            for bound in node.bounds { include(index, bound.guest) }
            if let span = node.span {
                include(index, span.lowerBound)
                include(index, span.upperBound)
            }
        }
        for message in problem.messages {
            include(Int(message.from), message.sent)
            include(Int(message.to), message.received)
        }
        for index in problem.nodes.indices {
            let begin = first[index] ?? GuestTime(nanoseconds: 0)
            let end = last[index] ?? begin
            let length = end.nanoseconds - begin.nanoseconds
            frames.append(
                Frame(
                    first: begin, last: end, middle: begin.nanoseconds + length / 2, reference: 0,
                    half: max(Double(length) / 2, 5e8)))
        }
    }

    /// Places each node roughly: by its tightest sample, else by messages with a node that is placed, else anywhere.
    private mutating func makeGuesses() {
        for index in frames.indices {
            guard let best = samples[index].min(by: { $0.errorMicroseconds < $1.errorMicroseconds }) else { continue }
            let host = best.hostBefore.nanoseconds + (best.hostAfter.nanoseconds - best.hostBefore.nanoseconds) / 2
            frames[index].reference = host - (best.guest.nanoseconds - frames[index].middle)
            frames[index].isGuessed = true
            frames[index].isAnchored = true
        }
        spreadGuesses()
        let start = frames.filter(\.isAnchored).map { $0.base($0.first) }.min()
        while let index = frames.firstIndex(where: { !$0.isGuessed }) {
            // Nothing ties this node to the host: let its events begin with the others', or keep its own clock.
            frames[index].reference =
                (start ?? frames[index].first.nanoseconds)
                + (frames[index].middle - frames[index].first.nanoseconds)
            frames[index].isGuessed = true
            for guest in [frames[index].first, frames[index].last] {
                let host = frames[index].base(guest)
                samples[index].append(
                    ClockSample(
                        hostBefore: HostTime(nanoseconds: host - 1000), guest: guest,
                        hostAfter: HostTime(nanoseconds: host + 1000)))
            }
            warnings.append(
                "node \(problem.nodes[index].name): nothing relates its clock to the host's (no clock samples, no "
                    + "messages with a node that has some): its place on the timeline is arbitrary")
            spreadGuesses()
        }
    }

    private mutating func spreadGuesses() {
        var progress = true
        while progress {
            progress = false
            for index in frames.indices where !frames[index].isGuessed {
                var earliest: Int64?
                var latest: Int64?
                var isAnchored = false
                for (from, to, hull) in hulls {
                    if to == index, frames[from].isGuessed {
                        for corner in hull.corners {
                            let bound = frames[from].base(corner.sent) - frames[index].base(corner.received)
                            earliest = max(earliest ?? bound, bound)
                        }
                        isAnchored = isAnchored || frames[from].isAnchored
                    } else if from == index, frames[to].isGuessed {
                        for corner in hull.corners {
                            let bound = frames[to].base(corner.received) - frames[index].base(corner.sent)
                            latest = min(latest ?? bound, bound)
                        }
                        isAnchored = isAnchored || frames[to].isAnchored
                    }
                }
                guard let low = earliest ?? latest, let high = latest ?? earliest else { continue }
                frames[index].reference += low + (high - low) / 2
                frames[index].isGuessed = true
                frames[index].isAnchored = isAnchored
                progress = true
            }
        }
    }

    /// Half a minute to either side is where a node without samples can be; the messages say more.
    private static let widestOffset = 3e7

    func program() -> LinearProgram {
        var program = LinearProgram(columnCount: 2 * frames.count)
        for (index, frame) in frames.enumerated() {
            let (u, d) = (2 * index, 2 * index + 1)
            let widestDrift = drift * frame.half / 1000
            program.add([(d, 1)], atMost: widestDrift)
            program.add([(d, -1)], atMost: widestDrift)
            program.add([(u, 1)], atMost: Self.widestOffset)
            program.add([(u, -1)], atMost: Self.widestOffset)
            for sample in samples[index] {
                let x = frame.x(sample.guest)
                let base = frame.base(sample.guest)
                program.add(
                    [(u, 1), (d, x)], atMost: Double(sample.hostAfter.nanoseconds + sample.grain - base) / 1000,
                    soft: true)
                program.add(
                    [(u, -1), (d, -x)], atMost: Double(base - sample.hostBefore.nanoseconds + sample.grain) / 1000,
                    soft: true)
            }
            for bound in problem.nodes[index].bounds {
                let x = frame.x(bound.guest)
                let gap = Double(bound.host.nanoseconds - frame.base(bound.guest)) / 1000
                switch bound.relation {
                case .guestNotAfterHost: program.add([(u, 1), (d, x)], atMost: gap, soft: true)
                case .guestNotBeforeHost: program.add([(u, -1), (d, -x)], atMost: -gap, soft: true)
                }
            }
        }
        for (from, to, hull) in hulls {
            for corner in hull.corners {
                let gap = frames[to].base(corner.received) - frames[from].base(corner.sent)
                program.add(
                    [
                        (2 * from, 1), (2 * from + 1, frames[from].x(corner.sent)),
                        (2 * to, -1), (2 * to + 1, -frames[to].x(corner.received)),
                    ], atMost: Double(gap) / 1000, soft: true)
            }
        }
        return program
    }

    /// The maps at a point of the program. Their errors are what the program still allows, at three moments: the
    /// farthest a straight line can be is a convex function of time, so between these it is at most the chord.
    func maps(at point: [Double], in program: LinearProgram) -> [ClockMap] {
        frames.enumerated().map { index, frame in
            let errors = [frame.first, GuestTime(nanoseconds: frame.middle), frame.last].map { guest in
                var goal = [Double](repeating: 0, count: program.columnCount)
                goal[2 * index] = 1
                goal[2 * index + 1] = frame.x(guest)
                return ClockMap.Point(
                    guest: guest,
                    value: spread(of: goal, at: point, in: program) + missed(index, drift: point[2 * index + 1]))
            }
            return ClockMap(
                guestReference: GuestTime(nanoseconds: frame.middle),
                hostReference: HostTime(nanoseconds: frame.reference + Int64((point[2 * index] * 1000).rounded())),
                drift: point[2 * index + 1] * 1000 / frame.half, isAnchored: frame.isAnchored,
                errorPoints: errors.deduplicated(), errorGrowth: 2 * drift)
        }
    }

    /// By how much a clock that goes by ticks may be away from the line, since it is not known when the ticks were missed that it
    /// missed between two readings; ns.
    private func missed(_ index: Int, drift: Double) -> Int64 {
        guard samples[index].contains(where: { $0.grain > 0 }),
            let first = samples[index].map(\.guest).min(), let last = samples[index].map(\.guest).max()
        else { return 0 }
        let share = abs(drift) * 1000 / frames[index].half
        return Int64((share * Double(last.nanoseconds - first.nanoseconds)).rounded(.up))
    }

    /// How wrong the difference between two nodes can be while they exchange messages, in µs.
    func pairErrors(at point: [Double], in program: LinearProgram) -> [((Int, Int), Double)] {
        var spans: [[Int]: [ClosedRange<GuestTime>]] = [:]
        for (from, to, hull) in hulls {
            guard let sent = hull.sent, let received = hull.received else { continue }
            spans[[min(from, to), max(from, to)], default: []] += from < to ? [sent, received] : [received, sent]
        }
        // Beyond this the sum of the nodes' own errors has to do: each pair costs four linear programs.
        guard spans.count <= 64 else { return [] }
        return spans.map { pair, ranges in
            let low = stride(from: 0, to: ranges.count, by: 2).map { ranges[$0] }
            let high = stride(from: 1, to: ranges.count, by: 2).map { ranges[$0] }
            // Both clocks move together, so the difference is linear in time: its ends bound it.
            let ends = [
                (low.map(\.lowerBound).min(), high.map(\.lowerBound).min()),
                (low.map(\.upperBound).max(), high.map(\.upperBound).max()),
            ]
            let errors = ends.map { early, late in
                guard let early, let late else { return Double.infinity }
                var goal = [Double](repeating: 0, count: program.columnCount)
                goal[2 * pair[0]] = 1
                goal[2 * pair[0] + 1] = frames[pair[0]].x(early)
                goal[2 * pair[1]] = -1
                goal[2 * pair[1] + 1] = -frames[pair[1]].x(late)
                return Double(spread(of: goal, at: point, in: program)) / 1000
            }
            return ((pair[0], pair[1]), errors.max() ?? .infinity)
        }
    }

    /// Nanoseconds that `goal` can be away from its value at `point`, to the farther side, rounded up.
    private func spread(of goal: [Double], at point: [Double], in program: LinearProgram) -> Int64 {
        let value = zip(goal, point).map(*).reduce(0, +)
        let above = program.upperBound(of: goal, from: point) - value
        let below = program.upperBound(of: goal.map { -$0 }, from: point) + value
        let farther = max(above, below, 0)
        return farther < 1e12 ? Int64((farther * 1000).rounded(.up)) + 1 : 1_000_000_000_000_000
    }
}

extension Array where Element == ClockMap.Point {
    /// Points of one moment, which a node with a single event has, become one.
    fileprivate func deduplicated() -> [ClockMap.Point] {
        reduce(into: []) { result, point in
            if let last = result.last, last.guest == point.guest {
                result[result.count - 1].value = Swift.max(last.value, point.value)
            } else {
                result.append(point)
            }
        }
    }
}
