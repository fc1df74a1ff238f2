import FoundationEssentials
import TestSupport
import Testing
import Topology

@testable import Trace

@Suite("traces of captures")
struct CaptureTraceTests {
    private static let base = MadeCapture.epoch
    private typealias Content = [Int: (value: UInt64, bytes: Int)]

    /// A thread of node 0 goes to node 1, asks for three pages there, and comes back; with readings of the clocks around it.
    private func hop(
        whole: Bool = true
    ) -> (made: MadeCapture, logs: [[(time: Int64, text: String)]]) {
        var made = MadeCapture()
        var time = Self.base - 5_000_000
        for node in 0...1 { made.clockFrame(from: node, at: time) }
        time = Self.base
        if whole { made.open(at: time - 1_000_000) }
        func message(_ type: UInt8, from: UInt8, size: Int, _ content: Content) {
            let bytes = MadeCapture.message(type, from: from, size: size, content)
            for start in stride(from: 0, to: bytes.count, by: 1448) {
                made.send(
                    from: Int(from), Array(bytes[start..<min(start + 1448, bytes.count)]),
                    at: time + Int64(start / 1448) * 10_000)
            }
        }
        message(2, from: 0, size: 12_030, [10: (61, 4), 14: (62, 4)])
        let left = time
        time += 5_000_000
        message(4, from: 1, size: 22, [10: (83, 4), 14: (84, 4), 18: (62, 4)])
        let arrived = time + 100_000
        for page in 0..<3 as Range<UInt64> {
            time += 2_000_000
            let writes: UInt64 = page % 2
            message(
                11, from: 1, size: 58,
                [10: (84, 4), 14: (page, 4), 18: (62, 4), 22: (0x500_008 + page * 4096, 8), 30: (writes, 8)])
            time += 1_000_000
            message(
                writes == 1 ? 13 : 12, from: 0, size: writes == 1 ? 34 : 4130,
                [10: (62, 4), 14: (84, 4), 18: (page, 4), 22: (0x500_008 + page * 4096, 8), 30: (0, 4)])
        }
        time += 3_000_000
        message(3, from: 1, size: 2978, [14: (84, 4), 18: (62, 4)])
        let back = time + MadeCapture.latency + 200_000
        for node in 0...1 { made.clockFrame(from: node, at: Self.base + 900_000_000) }
        return (
            made,
            [
                [(left - 20_000, "####### MIGRATE [62] to 1"), (back, "### BACKMIG [62] from [84/1]")],
                [(arrived, "\\x0a####### MIGRATED - [84/1] from [62/0]"), (back, "EXITED [84] remote / 0x0")],
            ]
        )
    }

    private func trace(
        _ made: MadeCapture, _ logs: [[(time: Int64, text: String)]], in scratch: Scratch
    ) throws -> (timeline: Timeline, warnings: [String]) {
        let nodes = try made.write(to: scratch, logs: logs)
        let warnings = try CaptureTrace.write(nodes, try MadeCapture.interface())
        return (try MadeCapture.timeline(of: nodes), warnings)
    }

    @Test("a thread's way there and back is two hops with their phases, faults and messages", arguments: [true, false])
    func hops(whole: Bool) throws {
        let scratch = try Scratch()
        let (made, logs) = hop(whole: whole)
        let (timeline, warnings) = try trace(made, logs, in: scratch)
        #expect(warnings == [])
        let hops = timeline.hops
        #expect(hops.map { "\($0.from) \($0.to)" } == ["x86 arm", "arm x86"])
        #expect(hops.allSatisfy { $0.end != nil && $0.error == 0 && $0.process == 61 && $0.thread == 62 })
        // Begun when the message went out; over when the log says so.
        let lengths = hops.map { ($0.end ?? 0) - $0.begin }
        #expect(abs(lengths[0] - 5100) < 700 && abs(lengths[1] - 500) < 700, "\(lengths)")
        #expect(abs(hops[0].begin - Double(Self.base) / 1000) < 700)

        let migration = timeline.summary.migration
        let there = try #require(migration.routes.first { $0.from == "x86" })
        #expect(there.hops == 1 && there.unfinished == 0)
        #expect(there.pages?.median == 3)
        #expect(there.phases.contains { $0.phase == .leave } && there.phases.contains { $0.phase == .firstFault })
        #expect(migration.pages.map(\.address).sorted() == ["0x500000", "0x501000", "0x502000"])
        #expect(migration.pages.map(\.faults).reduce(0, +) == 3 && migration.pages.map(\.writes).reduce(0, +) == 1)
        // Each waited for a millisecond and the way of the answer.
        #expect(migration.pages.allSatisfy { abs($0.waitMicroseconds - 1300) < 100 })

        let messages = timeline.summary.messages
        #expect(messages.map(\.count).reduce(0, +) == 9)
        #expect(messages.allSatisfy { $0.unreceived == 0 && $0.unsent == 0 }, "\(messages)")
        #expect(timeline.warnings == [], "\(timeline.warnings)")
    }

    @Test("a log whose stamps come before the messages, as of a coarse clock, ends hops no earlier than these")
    func coarse() throws {
        let scratch = try Scratch()
        let (made, logs) = hop()
        let early = logs.map { $0.map { (time: $0.time - 6_000_000, text: $0.text) } }
        let hops = try trace(made, early, in: scratch).timeline.hops
        #expect(hops.count == 2 && hops.allSatisfy { $0.end != nil && $0.begin <= $0.end ?? 0 })
    }

    @Test("a kernel that says nothing in its log has hops that end with their last message")
    func silent() throws {
        let scratch = try Scratch()
        let hops = try trace(hop().made, [[], []], in: scratch).timeline.hops
        #expect(hops.count == 2 && hops.allSatisfy { $0.end != nil })
    }

    @Test("a request without a role is a span as long as its answer takes")
    func selfTest() throws {
        let scratch = try Scratch()
        var made = MadeCapture()
        for node in 0...1 { made.clockFrame(from: node, at: Self.base - 5_000_000) }
        made.open(at: Self.base - 1_000_000)
        for round in 0..<10 as Range<Int64> {
            let time = Self.base + round * 5_000_000
            let done = (value: UInt64(0xFFFF_8880_0000_1000 + UInt64(round)), bytes: 8)
            made.send(from: 0, MadeCapture.message(22, from: 0, size: 90, [18: done]), at: time)
            made.send(from: 1, MadeCapture.message(23, from: 1, size: 18, [10: done]), at: time + 700_000)
        }
        for node in 0...1 { made.clockFrame(from: node, at: Self.base + 900_000_000) }
        let summary = try trace(made, [[], []], in: scratch).timeline.summary
        let span = try #require(summary.spans.first { $0.name == "test" })
        #expect(span.node == "x86" && span.count == 10)
        #expect(abs((span.duration?.median ?? 0) - 1000) < 50, "\(span)")
    }

    @Test("a node without a capture, and one whose packets are damaged, are told")
    func missing() throws {
        let scratch = try Scratch()
        let (made, logs) = hop()
        var nodes = try made.write(to: scratch, logs: logs)
        nodes[1].capture = nil
        let warnings = try CaptureTrace.write(nodes, try MadeCapture.interface())
        #expect(warnings == ["node arm: its packets were not captured"])
        let messages = try MadeCapture.timeline(of: nodes).summary.messages
        #expect(messages.allSatisfy { $0.unreceived + $0.unsent > 0 })
    }
}
