/// How one guest's clock is read on the host's: `host = offset + rate · guest`, with what is left of doubt.
///
/// Where no straight line keeps every message's receipt after its sending, a correction is added: zero or more, linear
/// between its points, and slow enough that the order of the guest's own events stays.
package struct ClockMap: Equatable, Sendable {
    struct Point: Equatable, Sendable {
        var guest: GuestTime
        /// Nanoseconds.
        var value: Int64
    }

    /// The straight line goes through (`guestReference`, `hostReference`) …
    var guestReference: GuestTime
    var hostReference: HostTime
    /// … and gains this much on the guest's clock: host seconds per guest second, less one. In parts, not ppm.
    var drift: Double
    /// Whether the host's clock comes in at all: through samples of this node, or of one that it exchanged messages
    /// with.
    package internal(set) var isAnchored: Bool
    var errorPoints: [Point]
    /// How fast the doubt grows outside the time that the error points span, in parts.
    var errorGrowth: Double
    var corrections: [Point] = []

    /// Host seconds per guest second.
    var rate: Double { 1 + drift }

    /// The largest correction anywhere, in µs; 0 when the straight line serves.
    var largestCorrectionMicroseconds: Double { Double(corrections.map(\.value).max() ?? 0) / 1000 }

    /// The moment on the host's clock that the guest calls `guest`.
    package func hostTime(of guest: GuestTime) -> HostTime {
        let line = straight(guest)
        guard !corrections.isEmpty else { return line }
        return HostTime(nanoseconds: line.nanoseconds &+ Self.interpolate(corrections, at: guest))
    }

    /// How far from the truth `hostTime(of:)` may be, in µs to either side.
    package func errorMicroseconds(at guest: GuestTime) -> Double {
        guard let first = errorPoints.first, let last = errorPoints.last else { return .infinity }
        var error = Double(Self.interpolate(errorPoints, at: guest))
        if guest < first.guest {
            error += errorGrowth * Double(first.guest.nanoseconds &- guest.nanoseconds)
        } else if guest > last.guest {
            error += errorGrowth * Double(guest.nanoseconds &- last.guest.nanoseconds)
        }
        if !corrections.isEmpty { error += Double(Self.interpolate(corrections, at: guest)) }
        return error / 1000
    }

    /// What the guest calls a moment of the host's, on the straight line.
    func guestTime(of host: HostTime) -> GuestTime {
        let elapsed = Double(host.nanoseconds &- hostReference.nanoseconds)
        // In two parts, since a Double does not hold a day in ns.
        let drifted = (elapsed * drift / rate).rounded()
        return GuestTime(
            nanoseconds: guestReference.nanoseconds &+ (host.nanoseconds &- hostReference.nanoseconds)
                &- Int64(drifted))
    }

    func straight(_ guest: GuestTime) -> HostTime {
        let elapsed = guest.nanoseconds &- guestReference.nanoseconds
        return HostTime(
            nanoseconds: hostReference.nanoseconds &+ elapsed &+ Int64((Double(elapsed) * drift).rounded()))
    }

    /// The value of the broken line through `points` (sorted by guest time), constant beyond its ends.
    private static func interpolate(_ points: [Point], at guest: GuestTime) -> Int64 {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].guest <= guest { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return points.first?.value ?? 0 }
        let left = points[low - 1]
        guard low < points.count else { return left.value }
        let right = points[low]
        let share =
            Double(guest.nanoseconds - left.guest.nanoseconds)
            / Double(right.guest.nanoseconds - left.guest.nanoseconds)
        return left.value + Int64((share * Double(right.value - left.value)).rounded())
    }
}
