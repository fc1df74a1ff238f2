import FoundationEssentials
import Testing

@testable import Trace

@Suite("Clocks")
struct ClockFitTests {
    private typealias Clock = SyntheticLab.Clock

    private static let fourClocks = [
        Clock(start: SyntheticLab.epoch - 7_000_000_000, drift: 0.0009),
        Clock(start: SyntheticLab.epoch - 3_141_592_653, drift: -0.0007),
        Clock(start: SyntheticLab.epoch - 1_000_000_000, drift: 0.00001),
        Clock(start: SyntheticLab.epoch - 86_400_000_000_000, drift: -0.0000005),
    ]

    @Test("four drifting clocks with asymmetric delays are related within the bounds that are stated", arguments: 1...6)
    func fourNodes(seed: UInt64) {
        let lab = SyntheticLab(
            clocks: Self.fourClocks, seconds: 60, messages: 4000,
            leastLatency: { from, to in from < to ? 180_000 : 420_000 }, seed: seed)
        let fit = ClockFit(lab.problem)
        #expect(fit.isConsistent)
        #expect(fit.warnings == [])
        #expect(lab.violations(fit) == 0)
        let (error, outside) = lab.worst(fit)
        #expect(outside == 0)
        // The samples alone leave half of the shortest round trip; the messages must not make it worse.
        #expect(error < 1500)
        for (map, clock) in zip(fit.maps, Self.fourClocks) {
            #expect(map.isAnchored)
            #expect(abs(map.drift - clock.drift) < 1e-4)
            #expect(map.largestCorrectionMicroseconds == 0)
        }
    }

    @Test("messages in both directions relate two nodes far better than the samples do")
    func messagesSharpen() {
        let lab = SyntheticLab(
            clocks: Array(Self.fourClocks.prefix(2)), seconds: 20, messages: 4000, leastLatency: { _, _ in 150_000 },
            seed: 9)
        let fit = ClockFit(lab.problem)
        let bound = fit.pairErrorMicroseconds(0, 1)
        #expect(bound < 400)
        #expect(bound < fit.maps[0].worstErrorMicroseconds + fit.maps[1].worstErrorMicroseconds)
        for (message, truth) in zip(lab.problem.messages, lab.truths) {
            let shown =
                fit.maps[Int(message.to)].hostTime(of: message.received).nanoseconds
                - fit.maps[Int(message.from)].hostTime(of: message.sent).nanoseconds
            #expect(abs(Double(shown - (truth.receivedHost - truth.sentHost))) / 1000 <= bound + 0.01)
        }
    }

    @Test("without messages the middle of the tightest samples serves, within half of their round trips")
    func samplesOnly() {
        let lab = SyntheticLab(
            clocks: Self.fourClocks, seconds: 30, messages: 0, leastLatency: { _, _ in 0 }, seed: 4)
        let fit = ClockFit(lab.problem)
        #expect(fit.isConsistent)
        for (node, map) in zip(lab.problem.nodes, fit.maps) {
            let tightest = node.samples.map(\.errorMicroseconds).max() ?? 0
            #expect(map.worstErrorMicroseconds <= 2 * tightest + 1)
            for sample in node.samples {
                let host = map.hostTime(of: sample.guest)
                #expect(host >= sample.hostBefore && host <= sample.hostAfter)
            }
        }
    }

    @Test("a clock that changes its rate is bent until no message is received before it was sent", arguments: 1...4)
    func bentClock(seed: UInt64) {
        var clocks = Array(Self.fourClocks.prefix(3))
        clocks[1].bendAt = SyntheticLab.epoch + 8_000_000_000
        clocks[1].bendRate = 0.003
        let lab = SyntheticLab(
            clocks: clocks, seconds: 20, messages: 5000, leastLatency: { _, _ in 100_000 }, seed: seed)
        let fit = ClockFit(lab.problem)
        #expect(!fit.isConsistent)
        #expect(fit.contradictionMicroseconds > 100)
        #expect(fit.warnings.contains { $0.contains("contradict") })
        #expect(fit.maps.contains { $0.largestCorrectionMicroseconds > 0 })
        #expect(lab.violations(fit) == 0)
        for node in 0..<3 {
            let times = lab.problem.messages.flatMap { message in
                (Int(message.from) == node ? [message.sent] : []) + (Int(message.to) == node ? [message.received] : [])
            }.sorted()
            let hosts = times.map { fit.maps[node].hostTime(of: $0) }
            #expect(zip(hosts, hosts.dropFirst()).allSatisfy { $0 <= $1 }, "time on node \(node) runs backwards")
        }
    }

    @Test("a node without samples is placed by its messages")
    func placedByMessages() {
        var lab = SyntheticLab(
            clocks: Self.fourClocks, seconds: 20, messages: 3000, leastLatency: { _, _ in 200_000 }, seed: 5)
        lab.problem.nodes[2].samples = []
        let fit = ClockFit(lab.problem)
        #expect(fit.maps[2].isAnchored)
        #expect(fit.warnings == [])
        #expect(lab.violations(fit) == 0)
        #expect(lab.worst(fit).outsideBounds == 0)
        #expect(lab.worst(fit).error < 3000)
    }

    @Test("without any sample causes still come before effects, and the reader is told")
    func noSamples() {
        var lab = SyntheticLab(
            clocks: Array(Self.fourClocks.prefix(2)), seconds: 10, messages: 1000, leastLatency: { _, _ in 200_000 },
            seed: 6)
        for index in lab.problem.nodes.indices { lab.problem.nodes[index].samples = [] }
        let fit = ClockFit(lab.problem)
        #expect(lab.violations(fit) == 0)
        #expect(fit.maps.allSatisfy { !$0.isAnchored })
        #expect(fit.warnings.contains { $0.contains("n0") && $0.contains("arbitrary") })
    }

    @Test("a clock that goes by ticks and misses some is bounded at every moment", arguments: [0, 1, 2, 3] as [UInt64])
    func ticks(seed: UInt64) throws {
        let tick: Int64 = 4_000_000
        var random = SeededGenerator(seed: seed)
        // The guest's time after each of the host's ticks: it misses some in a row, now and then.
        var stamps: [Int64] = [0]
        var missing = 0
        for _ in 0..<5000 {
            if missing > 0 { missing -= 1 } else if Int.random(in: 0..<1000, using: &random) == 0 { missing = 8 }
            stamps.append((stamps.last ?? 0) + (missing > 0 ? 0 : tick))
        }
        func guest(_ elapsed: Int64) -> GuestTime { GuestTime(nanoseconds: stamps[Int(elapsed / tick)]) }
        func sample(_ elapsed: Int64) -> ClockSample {
            let moment = SyntheticLab.epoch + elapsed
            return ClockSample(
                hostBefore: HostTime(nanoseconds: moment - 900_000), guest: guest(elapsed),
                hostAfter: HostTime(nanoseconds: moment + 600_000), grain: tick)
        }
        let end = 4999 * tick
        let samples = (0..<8).flatMap { [sample($0 * 1_700_000), sample(end - $0 * 1_700_000)] }
        let fit = ClockFit(ClockProblem(nodes: [.init(name: "x86", samples: samples)], messages: []))
        for elapsed in stride(from: 0 as Int64, to: end, by: 1_234_567) {
            let stamp = guest(elapsed)
            let error = Double(fit.maps[0].hostTime(of: stamp).nanoseconds - SyntheticLab.epoch - elapsed) / 1000
            #expect(abs(error) <= fit.maps[0].errorMicroseconds(at: stamp))
        }
        let line = try JSONEncoder().encode(sample(0))
        #expect(try JSONDecoder().decode(ClockSample.self, from: line) == sample(0))
    }

    @Test("host times of packets narrow what the samples leave open")
    func bounds() {
        let guest = GuestTime(microseconds: 5_000_000)
        let sample = ClockSample(
            hostBefore: HostTime(microseconds: 100_000_000), guest: guest,
            hostAfter: HostTime(microseconds: 100_004_000))
        let wide = ClockFit(ClockProblem(nodes: [ClockProblem.Node(name: "x86", samples: [sample])], messages: []))
        let narrow = ClockFit(
            ClockProblem(
                nodes: [
                    ClockProblem.Node(
                        name: "x86", samples: [sample],
                        bounds: [
                            ClockBound(
                                guest: guest, host: HostTime(microseconds: 100_001_000), relation: .guestNotBeforeHost),
                            ClockBound(
                                guest: guest, host: HostTime(microseconds: 100_001_200), relation: .guestNotAfterHost),
                        ])
                ], messages: []))
        #expect(abs(wide.maps[0].errorMicroseconds(at: guest) - 2000) < 50)
        #expect(abs(narrow.maps[0].errorMicroseconds(at: guest) - 100) < 10)
        let host = narrow.maps[0].hostTime(of: guest).nanoseconds
        #expect(abs(host - 100_001_100_000) < 5000)
    }

    @Test("a sample that ends before it begins is left out, and said")
    func absurdSample() {
        let good = ClockSample(
            hostBefore: HostTime(microseconds: 1000), guest: GuestTime(microseconds: 10),
            hostAfter: HostTime(microseconds: 2000))
        let bad = ClockSample(
            hostBefore: HostTime(microseconds: 9000), guest: GuestTime(microseconds: 20),
            hostAfter: HostTime(microseconds: 3000))
        let fit = ClockFit(
            ClockProblem(nodes: [ClockProblem.Node(name: "arm", samples: [good, bad])], messages: []))
        #expect(fit.isConsistent)
        #expect(fit.warnings.count == 1)
        #expect(fit.warnings.first?.contains("arm") == true)
    }

    @Test("messages that depend on each other in a circle are reported, and do not hang the fit")
    func circle() {
        let second: Int64 = 1_000_000_000
        func time(_ value: Int64) -> GuestTime { GuestTime(nanoseconds: value) }
        let problem = ClockProblem(
            nodes: [ClockProblem.Node(name: "a", samples: []), ClockProblem.Node(name: "b", samples: [])],
            messages: [
                // a receives at 1 s what b sends after it received what a sends at 2 s.
                ClockProblem.Message(from: 0, to: 1, sent: time(2 * second), received: time(1 * second)),
                ClockProblem.Message(from: 1, to: 0, sent: time(2 * second), received: time(1 * second)),
            ])
        let fit = ClockFit(problem)
        #expect(!fit.isConsistent)
        #expect(fit.warnings.contains { $0.contains("circle") })
    }

    @Test("many nodes are related at once")
    func manyNodes() {
        // 32 take half a minute without optimisation, and a second with it.
        #if DEBUG
            let count = 12
        #else
            let count = 32
        #endif
        var random = SeededGenerator(seed: 32)
        let clocks = (0..<count).map { _ in
            Clock(
                start: SyntheticLab.epoch - Int64.random(in: 1...1_000_000_000_000, using: &random),
                drift: Double.random(in: -0.001...0.001, using: &random))
        }
        let lab = SyntheticLab(
            clocks: clocks, seconds: 30, messages: 6000, samplesPerEnd: 3, leastLatency: { _, _ in 150_000 }, seed: 8)
        let fit = ClockFit(lab.problem)
        #expect(fit.isConsistent)
        #expect(lab.violations(fit) == 0)
        #expect(lab.worst(fit).outsideBounds == 0)
    }

    @Test("of a million messages' constraints only the corners of the hull remain, and they imply all others")
    func hull() {
        var random = SeededGenerator(seed: 77)
        let points = (0..<5000).map { index -> (sent: GuestTime, received: GuestTime) in
            let sent = Int64(index) * 1_000_000
            return (
                GuestTime(nanoseconds: sent),
                GuestTime(nanoseconds: sent + 100_000 + Int64.random(in: 0...900_000, using: &random))
            )
        }
        let hull = CausalHull(points.shuffled(using: &random), drift: 0.002)
        #expect(hull.corners.count < 40)
        for slope in [0.9981, 0.9995, 1, 1.0004, 1.0019] {
            func tightest(_ points: [(sent: GuestTime, received: GuestTime)]) -> Double {
                points.map { Double($0.received.nanoseconds) - slope * Double($0.sent.nanoseconds) }.min() ?? .infinity
            }
            #expect(tightest(hull.corners) == tightest(points))
        }
    }

    @Test("a clock sample survives being written and read, and its host times only widen")
    func sampleCoding() throws {
        let sample = ClockSample(
            hostBefore: HostTime(nanoseconds: 1_700_000_000_123_456_789), guest: GuestTime(nanoseconds: 42),
            hostAfter: HostTime(nanoseconds: 1_700_000_000_123_999_001))
        let line = try jsonLine(sample)
        #expect(line.contains("\"guest_ns\":42"))
        let back = try JSONDecoder().decode(ClockSample.self, from: Data(line.utf8))
        #expect(back.hostBefore.nanoseconds == 1_700_000_000_123_456_000)
        #expect(back.hostAfter.nanoseconds == 1_700_000_000_124_000_000)
    }
}
