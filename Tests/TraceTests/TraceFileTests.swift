import FoundationEssentials
import TestSupport
import Testing

@testable import Trace

@Suite("Trace files")
struct TraceFileTests {
    private func select(_ events: [AnyJSON], _ phase: String) -> [AnyJSON] { events.filter { $0["ph"]?.text == phase } }

    @Test("a compressed trace is the same trace, the same each time, and much smaller")
    func compressed() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(2000)
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        try timeline.writeChromeTrace(to: "\(scratch.path)/trace.json")
        for name in ["one", "two"] { try timeline.writeChromeTrace(to: "\(scratch.path)/\(name).json.gz") }
        let plain = try #require(scratch.read("trace.json")), one = try #require(scratch.read("one.json.gz"))
        #expect(one == scratch.read("two.json.gz"))
        #expect(one.count * 8 < plain.count)
        #expect(try decompressed(one) == plain)
    }

    @Test("a part of a timeline has what lasts into it, at the times of the whole, and arrows with both ends")
    func part() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(200)
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        func events(_ window: TimelineWindow?) throws -> [AnyJSON] {
            let sink = try timeline.writeChromeTrace(to: MemorySink(), only: window)
            return try #require(
                try JSONDecoder().decode(AnyJSON.self, from: Data(sink.bytes))["traceEvents"]?.list)
        }
        let whole = select(try events(nil), "X")
        // One exchange begins every 2 ms.
        let window = try timeline.window(after: .milliseconds(100), until: .milliseconds(120))
        let some = try events(window)
        let slices = select(some, "X")
        #expect((36...44).contains(slices.count))
        for slice in slices {
            let begin = try #require(slice["ts"]?.number), length = try #require(slice["dur"]?.number)
            #expect(begin + length >= 100_000 && begin <= 120_000)
            #expect(whole.contains { $0["ts"]?.number == begin && $0["name"]?.text == slice["name"]?.text })
        }
        let starts = Set(select(some, "s").compactMap { $0["id"]?.number })
        #expect(starts == Set(select(some, "f").compactMap { $0["id"]?.number }) && starts.count >= 17)
        let end = timeline.window(last: .milliseconds(10))
        #expect(end.last == timeline.end)
        #expect((16...22).contains(select(try events(end), "X").count))
        let error = #expect(throws: TraceError.self) { try timeline.window(after: .seconds(9), until: nil) }
        #expect(error?.code == .noSuchPart)
        let hop = #expect(throws: TraceError.self) { try timeline.window(hop: 1, ofThread: nil) }
        #expect(hop?.code == .noSuchPart)
    }

    @Test("what a title, a track or the file's own words tell is not repeated in every slice")
    func brief() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(50)
        run.nodes[0].event(
            at: SyntheticRun.epoch + 90_000,
            "msg_send: from=0 to=1 type=77 size=1 epoch=2 seq=1 station=0 flags=request")
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        let sink = try timeline.writeChromeTrace(to: MemorySink())
        let file = try JSONDecoder().decode(AnyJSON.self, from: Data(sink.bytes))
        #expect(file["otherData"]?["type.11"]?.text == "PAGE_REQUEST" && file["otherData"]?["x86.id"]?.number == 0)
        let slices = select(try #require(file["traceEvents"]?.list), "X")
        let plain = try #require(slices.first { $0["name"]?.text == "send PAGE_REQUEST" }?["args"])
        for key in ["from", "type", "type_name", "epoch", "flags"] { #expect(plain[key] == nil, "\(key)") }
        #expect(plain["to"]?.number == 1 && plain["size"]?.number == 58 && plain["station"]?.number == 7)
        let other = try #require(slices.first { $0["name"]?.text == "send type 77" }?["args"])
        #expect(other["type"]?.number == 77 && other["epoch"]?.number == 2 && other["flags"]?.text == "request")
        #expect(other["station"] == nil)
    }
}
