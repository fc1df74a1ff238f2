@testable import Trace

/// A repeatable source of random numbers (SplitMix64), so that a failing test fails again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// A lab whose true clocks are known: what the fit finds can be compared with them.
struct SyntheticLab {
    /// A guest's clock: `host = start + (1 + drift) · guest`, plus what `bend` adds.
    struct Clock {
        var start: Int64
        var drift: Double
        /// Host nanoseconds after which the guest's clock runs faster by `bendRate`: no straight line fits.
        var bendAt: Int64 = .max
        var bendRate = 0.0

        func guest(at host: Int64) -> GuestTime {
            var elapsed = Double(host - start) / (1 + drift)
            if host > bendAt { elapsed += Double(host - bendAt) * bendRate }
            return GuestTime(nanoseconds: Int64(elapsed.rounded()))
        }
    }

    struct Truth {
        var sentHost: Int64
        var receivedHost: Int64
    }

    static let epoch: Int64 = 1_700_000_000_000_000_000
    var clocks: [Clock]
    var problem: ClockProblem
    var truths: [Truth] = []

    /// - Parameters:
    ///   - seconds: how long the run lasts.
    ///   - leastLatency: the fastest message of each direction, ns; what comes on top is skewed towards it.
    init(
        clocks: [Clock], seconds: Int64, messages: Int, samplesPerEnd: Int = 5, leastLatency: (Int, Int) -> Int64,
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        self.clocks = clocks
        problem = ClockProblem(nodes: [], messages: [])
        let end = Self.epoch + seconds * 1_000_000_000
        for (index, clock) in clocks.enumerated() {
            var samples: [ClockSample] = []
            for moment in [Self.epoch, end] {
                for number in 0..<samplesPerEnd {
                    let before = moment + Int64(number) * 5_000_000
                    let forth = Int64.random(in: 600_000...2_000_000, using: &random)
                    let back = Int64.random(in: 400_000...1_500_000, using: &random)
                    samples.append(
                        ClockSample(
                            hostBefore: HostTime(nanoseconds: before), guest: clock.guest(at: before + forth),
                            hostAfter: HostTime(nanoseconds: before + forth + back)))
                }
            }
            problem.nodes.append(ClockProblem.Node(name: "n\(index)", samples: samples))
        }
        for _ in 0..<messages {
            let from = Int.random(in: 0..<clocks.count, using: &random)
            let to = (from + Int.random(in: 1..<clocks.count, using: &random)) % clocks.count
            let sent = Int64.random(in: Self.epoch...end, using: &random)
            let jitter = Double.random(in: 0...1, using: &random)
            let received = sent + leastLatency(from, to) + Int64(jitter * jitter * jitter * 4_000_000)
            problem.messages.append(
                ClockProblem.Message(
                    from: from, to: to, sent: clocks[from].guest(at: sent), received: clocks[to].guest(at: received)))
            truths.append(Truth(sentHost: sent, receivedHost: received))
        }
    }

    /// Messages that the fit shows as received before, or when, they were sent.
    func violations(_ fit: ClockFit) -> Int {
        problem.messages.count { message in
            fit.maps[Int(message.to)].hostTime(of: message.received)
                <= fit.maps[Int(message.from)].hostTime(of: message.sent)
        }
    }

    /// The largest error that the fit makes, in µs, and the largest that it admits for the same event.
    func worst(_ fit: ClockFit) -> (error: Double, outsideBounds: Int) {
        var error = 0.0
        var outside = 0
        func check(_ node: Int32, _ guest: GuestTime, _ host: Int64) {
            let map = fit.maps[Int(node)]
            let difference = abs(Double(map.hostTime(of: guest).nanoseconds - host)) / 1000
            error = max(error, difference)
            if difference > map.errorMicroseconds(at: guest) + 0.01 { outside += 1 }
        }
        for (message, truth) in zip(problem.messages, truths) {
            check(message.from, message.sent, truth.sentHost)
            check(message.to, message.received, truth.receivedHost)
        }
        return (error, outside)
    }
}
