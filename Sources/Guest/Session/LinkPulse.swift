/// Tells from what arrives, and when, whether the guest is still there.
struct LinkPulse {
    enum Finding {
        case fine
        /// Ask for a sign of life.
        case silent
        case dead
    }

    private let watch: LinkWatch
    private var received: UInt64 = 0
    private var lastHeard = ContinuousClock.now
    private var hasProbed = false

    init(watch: LinkWatch) { self.watch = watch }

    /// When to look next, if nothing arrives.
    var nextLook: ContinuousClock.Instant { lastHeard + (hasProbed ? watch.deadAfter : watch.probeAfter) }

    /// Silence counts from now on: nobody waited for the guest before.
    mutating func start(received: UInt64, now: ContinuousClock.Instant) {
        self.received = received
        lastHeard = now
        hasProbed = false
    }

    mutating func look(received: UInt64, now: ContinuousClock.Instant) -> Finding {
        if received != self.received {
            start(received: received, now: now)
            return .fine
        }
        let silence = now - lastHeard
        if silence >= watch.deadAfter { return .dead }
        if silence >= watch.probeAfter, !hasProbed {
            hasProbed = true
            return .silent
        }
        return .fine
    }
}
