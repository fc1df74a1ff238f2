/// What is known of the clocks of several guests.
package struct ClockProblem: Sendable {
    /// What is known of one guest's clock.
    package struct Node: Sendable {
        /// The name that warnings use.
        package var name: String
        /// Readings of its clock by the host; if there are none, only messages tie it to the host's.
        package var samples: [ClockSample]
        var bounds: [ClockBound]
        /// When this node's events begin and end, where that is more than its samples and messages say.
        var span: ClosedRange<GuestTime>?

        /// Makes a node of which no more is known than is given.
        package init(
            name: String, samples: [ClockSample], bounds: [ClockBound] = [], span: ClosedRange<GuestTime>? = nil
        ) {
            self.name = name
            self.samples = samples
            self.bounds = bounds
            self.span = span
        }
    }

    /// A message with both its ends: what was received was sent before.
    package struct Message: Equatable, Sendable {
        /// Indices into `nodes`.
        package var from: Int32
        /// The receiver, likewise.
        package var to: Int32
        /// On the sender's clock.
        var sent: GuestTime
        /// On the receiver's clock.
        var received: GuestTime

        init(from: Int, to: Int, sent: GuestTime, received: GuestTime) {
            self.from = Int32(truncatingIfNeeded: from)
            self.to = Int32(truncatingIfNeeded: to)
            self.sent = sent
            self.received = received
        }
    }

    /// The guests, in the order in which `ClockFit` gives their maps.
    package var nodes: [Node]
    /// All messages that were seen on both sides, in any order.
    package var messages: [Message]
    /// How much a guest's clock may gain or lose on the host's, in parts per million.
    ///
    /// 2000 leaves room above the 1000 that TSC calibration under emulation can be wrong by.
    var maximumDrift: Double

    /// Makes a problem; `maximumDrift` is in parts per million.
    package init(nodes: [Node], messages: [Message], maximumDrift: Double = 2000) {
        self.nodes = nodes
        self.messages = messages
        self.maximumDrift = maximumDrift
    }
}

/// The messages of one direction that matter to clocks of nearly equal rate.
///
/// A message sent at `a` and received at `b` says `offset + rate·a ≤ offset' + rate'·b`. Of all messages from one node
/// to another only those can be the tightest that are corners of the lower right convex hull of the points (a, b), and
/// of these only the ones whose edges enclose the slope rate / rate'. That is a handful out of a million.
struct CausalHull {
    private(set) var corners: [(sent: GuestTime, received: GuestTime)] = []
    /// When the first and the last of all the messages were sent, and when received.
    private(set) var sent: ClosedRange<GuestTime>?
    private(set) var received: ClosedRange<GuestTime>?

    /// - Parameter drift: the largest deviation of a rate from one, in parts.
    init(_ messages: [(sent: GuestTime, received: GuestTime)], drift: Double) {
        let sorted = messages.sorted { ($0.sent, $0.received) < ($1.sent, $1.received) }
        if let first = sorted.first, let last = sorted.last {
            sent = first.sent...last.sent
            let receipts = sorted.map(\.received)
            received = (receipts.min() ?? first.received)...(receipts.max() ?? first.received)
        }
        var hull: [(sent: GuestTime, received: GuestTime)] = []
        for point in sorted {
            if let last = hull.last, last.sent == point.sent { continue }
            while hull.count >= 2,
                Self.slope(hull[hull.count - 2], hull[hull.count - 1]) >= Self.slope(hull[hull.count - 1], point)
            {
                hull.removeLast()
            }
            hull.append(point)
        }
        let lowest = (1 - drift) / (1 + drift)
        let highest = (1 + drift) / (1 - drift)
        for (index, point) in hull.enumerated() {
            let before = index > 0 ? Self.slope(hull[index - 1], point) : -.infinity
            let after = index + 1 < hull.count ? Self.slope(point, hull[index + 1]) : .infinity
            if before <= highest, after >= lowest { corners.append(point) }
        }
    }

    private static func slope(
        _ left: (sent: GuestTime, received: GuestTime), _ right: (sent: GuestTime, received: GuestTime)
    ) -> Double {
        Double(right.received.nanoseconds - left.received.nanoseconds)
            / Double(right.sent.nanoseconds - left.sent.nanoseconds)
    }
}
