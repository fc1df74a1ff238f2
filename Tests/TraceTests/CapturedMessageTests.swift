import TestSupport
import Testing
import Topology

@testable import Trace

@Suite("messages in captures")
struct CapturedMessageTests {
    /// The types and sizes of messages from node 0 that node 1's capture shows as received, and what it could not read.
    private func received(_ made: MadeCapture) throws -> (found: [String], skipped: (bytes: Int, times: Int)) {
        try messages(of: made, capture: 1) { !$0.isSent && $0.from == 0 }
    }

    private func messages(
        of made: MadeCapture, capture: Int, _ wanted: (CapturedConnection.Sighting) -> Bool
    ) throws -> (found: [String], skipped: (bytes: Int, times: Int)) {
        let scratch = try Scratch()
        let path = try scratch.write(made.pcap(capture), to: "c.pcap")
        var reader = try CapturedMessageReader(
            path, try MadeCapture.interface().transport, own: capture, address: MadeCapture.addresses[capture],
            nodes: [MadeCapture.addresses[0]: 0, MadeCapture.addresses[1]: 1])
        var found: [String] = []
        while let next = try reader.next() {
            let seen = next.sighting
            if wanted(seen) { found.append("\(seen.message.type):\(seen.message.size)") }
        }
        return (found, reader.skipped)
    }

    private let page = MadeCapture.message(12, from: 0, size: 4130)
    private let short = MadeCapture.message(13, from: 0, size: 34)
    private let test = MadeCapture.message(22, from: 0, size: 4122)
    private let base = MadeCapture.epoch

    private func opened() -> MadeCapture {
        var made = MadeCapture()
        made.open(at: base)
        return made
    }

    @Test("messages are cut at any byte, also within a header", arguments: [1, 3, 9, 10, 11, 1448])
    func cut(size: Int) throws {
        var made = opened()
        let all = short + page + test + short
        for start in stride(from: 0, to: all.count, by: size) {
            made.send(from: 0, Array(all[start..<min(start + size, all.count)]), at: base + 1_000_000 + Int64(start))
        }
        let (found, skipped) = try received(made)
        #expect(found == ["13:34", "12:4130", "22:4122", "13:34"])
        #expect(skipped.bytes == 0 && skipped.times == 0)
        // The sender's capture has the same, as sent.
        #expect(try messages(of: made, capture: 0) { $0.isSent }.found == found)
    }

    @Test("what is sent again, late, or with other borders counts once, and in order")
    func retransmission() throws {
        var made = opened()
        let all = page + short + test
        let first = made.next(0)
        func part(_ range: Range<Int>) -> [UInt8] { Array(all[range]) }
        made.segment(from: 0, part(0..<1000), at: base + 1, number: first)
        // The third comes before the second, which comes twice, the second time longer.
        made.segment(from: 0, part(2000..<3000), at: base + 2_000, number: first &+ 2000)
        made.segment(from: 0, part(0..<1000), at: base + 3_000, number: first)
        made.segment(from: 0, part(1000..<1500), at: base + 4_000, number: first &+ 1000)
        made.segment(from: 0, part(1200..<2100), at: base + 5_000, number: first &+ 1200)
        made.segment(from: 0, part(2900..<all.count), at: base + 6_000, number: first &+ 2900)
        let (found, skipped) = try received(made)
        #expect(found == ["12:4130", "13:34", "22:4122"])
        #expect(skipped.bytes == 0 && skipped.times == 0)
    }

    @Test("a segment that the capture lacks costs the messages in it, and no other")
    func lost() throws {
        var made = opened()
        made.send(from: 0, short + Array(page[..<1000]), at: base + 1000)
        made.send(from: 0, Array(page[1000...]) + test + Array(short[..<5]), at: base + 2000, missingIn: [1])
        made.send(from: 0, Array(short[5...]) + page, at: base + 3000)
        made.send(from: 0, test, at: base + 4000)
        // Whoever has it says so: that the hole is none of the connection's shows by this alone.
        made.segment(from: 1, [], at: base + 2 * MadeCapture.latency)
        made.send(from: 0, short, at: base + 3 * MadeCapture.latency)
        let (found, skipped) = try received(made)
        #expect(found == ["13:34", "12:4130", "22:4122", "13:34"])
        #expect(skipped.bytes == 29 && skipped.times == 1)
    }

    @Test("a hole within a message costs nothing but that nobody can tell what was in it")
    func holeInMessage() throws {
        var made = opened()
        made.send(from: 0, Array(page[..<1000]), at: base + 1000)
        made.send(from: 0, Array(page[1000..<3000]), at: base + 2000, missingIn: [1])
        made.send(from: 0, Array(page[3000...]) + short, at: base + 3000)
        made.segment(from: 1, [], at: base + 2 * MadeCapture.latency)
        let (found, skipped) = try received(made)
        #expect(found == ["12:4130", "13:34"])
        #expect(skipped.bytes == 0)
    }

    @Test("a capture that begins in the middle finds the first whole message")
    func middle() throws {
        var made = MadeCapture()
        made.send(from: 0, Array(page[2000...]) + Array(test[..<700]), at: base + 1000)
        made.send(from: 0, Array(test[700...]) + short, at: base + 2000)
        let (found, skipped) = try received(made)
        #expect(found == ["22:4122", "13:34"])
        #expect(skipped.bytes == 2130)
    }

    @Test("garbage is passed over: sizes, types and senders that cannot be")
    func garbage() throws {
        var made = opened()
        made.send(from: 0, short, at: base + 1000)
        let wrong = [
            MadeCapture.message(13, from: 0, size: 35), MadeCapture.message(99, from: 0, size: 40),
            MadeCapture.message(13, from: 1, size: 34), [UInt8](repeating: 0, count: 30),
        ].flatMap { $0 }
        made.send(from: 0, wrong, at: base + 2000)
        made.send(from: 0, page + short, at: base + 3000)
        let (found, skipped) = try received(made)
        #expect(found == ["13:34", "12:4130", "13:34"])
        #expect(skipped.bytes == wrong.count && skipped.times == 1)
    }

    @Test("other frames are none of its business")
    func otherFrames() throws {
        var made = opened()
        made.clockFrame(from: 0, at: base + 500)
        made.send(from: 0, short, at: base + 1000)
        #expect(try received(made).found == ["13:34"])
        #expect(EthernetFrame([UInt8](repeating: 0, count: 60)) == nil)
        #expect(EthernetFrame([]) == nil)
        let whole = try #require(made.frames.last?.bytes)
        for length in 0..<54 { #expect(EthernetFrame(Array(whole[..<length])) == nil) }
    }
}
