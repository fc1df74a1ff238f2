import FoundationEssentials
import TestSupport
import Testing

@testable import Trace

@Suite("Timelines")
struct TimelineTests {
    private func events(_ timeline: Timeline) throws -> [AnyJSON] {
        let sink = try timeline.writeChromeTrace(to: MemorySink())
        let file = try JSONDecoder().decode(AnyJSON.self, from: Data(sink.bytes))
        return try #require(file["traceEvents"]?.list)
    }

    private func select(_ events: [AnyJSON], _ phase: String) -> [AnyJSON] { events.filter { $0["ph"]?.text == phase } }

    @Test("a run's directory becomes tracks, slices and arrows that point forwards")
    func wholeRun() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(200)
        let files = try run.write(to: scratch)
        try scratch.write(
            "6,1,1500000,-;popcorn: Ready on TCP/IP\n2,2,1600000,-;kernel BUG at x.c:1!\n", to: "nodes/x86/dmesg.raw")
        let timeline = try Timeline.load(
            nodes: [
                NodeTraceFiles(name: "x86", label: "x86-64", id: 0, directory: "\(scratch.path)/nodes/x86"), files[1],
            ])
        #expect(timeline.warnings == [])
        #expect(timeline.fit.isConsistent)
        let events = try events(timeline)

        let names = select(events, "M").filter { $0["name"]?.text == "process_name" }
        #expect(names.map { $0["args"]?["name"]?.text } == ["x86 (x86-64)", "arm (aarch64)"])
        let threads = select(events, "M").filter { $0["name"]?.text == "thread_name" }
        #expect(
            Set(threads.compactMap { $0["args"]?["name"]?.text }) == [
                "dmesg", "kworker/0:1", "pcn_recv_0", "pcn_recv_1",
            ])

        let slices = select(events, "X")
        #expect(slices.count == 800)
        #expect(slices.contains { $0["name"]?.text == "send PAGE_REQUEST" })
        let starts = select(events, "s")
        let ends = select(events, "f")
        #expect(starts.count == 400 && ends.count == 400)
        #expect(ends.allSatisfy { $0["bp"]?.text == "e" })
        var sent: [Double: Double] = [:]
        for arrow in starts { sent[arrow["id"]?.number ?? -1] = arrow["ts"]?.number }
        #expect(sent.count == 400)
        for arrow in ends {
            let from = try #require(sent[arrow["id"]?.number ?? -2])
            let to = try #require(arrow["ts"]?.number)
            #expect(to > from)
            #expect(arrow["name"]?.text == "message" && arrow["cat"]?.text == "message")
        }
        try expectArrowsOnSlices(starts + ends, slices)

        let lines = select(events, "i")
        #expect(lines.map { $0["name"]?.text } == ["popcorn: Ready on TCP/IP", "kernel BUG at x.c:1!"])
        #expect(lines.map { $0["s"]?.text } == ["t", "p"])
        #expect(lines.first?["args"]?["level"]?.text == "info")
        #expect(lines.last?["args"]?["trouble"]?.text == "oops")
        #expect(events.allSatisfy { ($0["ts"]?.number ?? 0) >= 0 })
        #expect(timeline.nodes[0].troubles == [.oops: 1])
    }

    /// Viewers bind an arrow to the slice that is open at its time on its track.
    private func expectArrowsOnSlices(_ arrows: [AnyJSON], _ slices: [AnyJSON]) throws {
        struct Place: Hashable { var pid: Double, tid: Double, ts: Double }
        func place(_ event: AnyJSON) throws -> Place {
            Place(
                pid: try #require(event["pid"]?.number), tid: try #require(event["tid"]?.number),
                ts: try #require(event["ts"]?.number))
        }
        let begins = Set(try slices.map(place))
        for arrow in arrows { #expect(begins.contains(try place(arrow))) }
    }

    @Test("slices of one thread nest, even those that carry one stamp; what crosses is drawn apart")
    func nesting() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(3)
        let at = SyntheticRun.epoch + 100_000
        let task = "app"
        run.nodes[0].event(at: at, task: task, pid: 9, "migrate_begin: tid=9 to=1")
        run.nodes[0].event(at: at, task: task, pid: 9, "fault_begin: rid=0x1 page=1 W")
        run.nodes[0].event(at: at, task: task, pid: 9, SyntheticRun.message("send", 0, 1, type: 11, size: 1, 900))
        run.nodes[0].event(at: at, task: task, pid: 9, SyntheticRun.message("send", 0, 1, type: 11, size: 1, 901))
        run.nodes[0].event(at: at + 400, task: task, pid: 9, "fault_end: rid=0x1 page=1 W remote=1 ns=400")
        run.nodes[0].event(at: at + 500, task: task, pid: 9, "wait_begin: id=1")
        run.nodes[0].event(at: at + 600, task: task, pid: 9, "migrate_end: tid=9 node=1")
        run.nodes[0].event(at: at + 700, task: task, pid: 9, "wait_end: id=1")
        run.nodes[0].event(at: at + 800, task: task, pid: 9, "fault_begin: rid=0x1 page=2 R")
        run.nodes[0].event(at: at + 900, task: task, pid: 9, "fault_end: rid=0x7 page=7 R")
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        let events = try events(timeline).filter { $0["tid"]?.number == 9 }
        let slices = select(events, "X").map { event in
            (begin: event["ts"]?.number ?? -1, end: (event["ts"]?.number ?? -1) + (event["dur"]?.number ?? -1))
        }
        #expect(slices.count == 4)
        for (index, left) in slices.enumerated() {
            for right in slices[(index + 1)...] {
                let apart = left.end <= right.begin + 1e-6 || right.end <= left.begin + 1e-6
                let inside =
                    (left.begin < right.begin && right.end < left.end)
                    || (right.begin < left.begin && left.end < right.end)
                #expect(apart || inside)
            }
        }
        #expect(select(events, "b").map { $0["name"]?.text } == ["migrate", "fault"])
        #expect(select(events, "e").count == 2)
        #expect(select(events, "b").last?["args"]?["unfinished"] == .flag(true))
        #expect(select(events, "i").map { $0["name"]?.text } == ["fault_end"])
        let row = try #require(timeline.summary.spans.first { $0.name == "fault" })
        #expect(row.count == 1 && row.unfinished == 1 && row.unstarted == 1)
        #expect(abs((row.duration?.median ?? 0) - 400) < 2)
    }

    @Test("the summary counts messages, latencies, and what was lost on either side")
    func summary() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(100)
        run.nodes[0].event(
            at: SyntheticRun.epoch + 500_000, SyntheticRun.message("send", 0, 1, type: 11, size: 58, 1000))
        run.nodes[0].event(
            at: SyntheticRun.epoch + 500_100, SyntheticRun.message("recv", 1, 0, type: 5, size: 20, 1001))
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        let rows = timeline.summary.messages
        #expect(rows.map(\.type) == [5, 11, 12])
        #expect(rows.map(\.name) == ["type 5", "PAGE_REQUEST", "PAGE_RESPONSE"])
        #expect(rows.map(\.count) == [1, 101, 100])
        #expect(rows.map(\.bytes) == [20, 101 * 58, 413_000])
        #expect(rows.map(\.unreceived) == [0, 1, 0])
        #expect(rows.map(\.unsent) == [1, 0, 0])
        #expect(rows[0].latency == nil)
        let latency = try #require(rows[1].latency)
        let error = try #require(rows[1].latencyErrorMicroseconds)
        // The truth is 300 to 360 µs.
        #expect(error < 400)
        #expect(abs(latency.median - 330) <= error)
        #expect(abs(latency.max - 360) <= error)
        #expect(latency.median <= latency.p99 && latency.p99 <= latency.max)
        #expect(rows[1].histogram.total == 100)
        let back = try JSONDecoder().decode(TraceSummary.self, from: JSONEncoder().encode(timeline.summary))
        #expect(back == timeline.summary)
    }

    @Test("a message and its answer, sent and received by two threads while the clock stood still, are no circle")
    func standingClock() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(50)
        let at = SyntheticRun.epoch + 30_700
        // Node 0 prints one stamp for both of its events, though node 1 took 400 µs to answer.
        run.nodes[0].event(at: at, task: "app", pid: 9, SyntheticRun.message("send", 0, 1, type: 11, size: 8, 900))
        run.nodes[0].event(
            at: at, task: "pcn_recv_1", pid: 78, SyntheticRun.message("recv", 1, 0, type: 12, size: 8, 900))
        run.nodes[1].event(
            at: at + 100, task: "pcn_recv_0", pid: 77, SyntheticRun.message("recv", 0, 1, type: 11, size: 8, 900))
        run.nodes[1].event(
            at: at + 500, task: "pcn_recv_0", pid: 77, SyntheticRun.message("send", 1, 0, type: 12, size: 8, 900))
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        #expect(timeline.warnings.contains { $0.contains("contradict straight clocks") })
        #expect(!timeline.warnings.contains { $0.contains("circle") })
        let events = try events(timeline)
        var sent: [Double: Double] = [:]
        for arrow in select(events, "s") { sent[arrow["id"]?.number ?? -1] = arrow["ts"]?.number }
        for arrow in select(events, "f") {
            let from = try #require(sent[arrow["id"]?.number ?? -2])
            #expect(try #require(arrow["ts"]?.number) > from)
        }
    }

    @Test("lost events, damaged lines and foreign messages are said, with the node's name")
    func warnings() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(10)
        run.nodes[0].trace = "# entries-in-buffer/entries-written: 10/15   #P:2\n" + run.nodes[0].trace + "nonsense\n"
        run.nodes[1].event(at: SyntheticRun.epoch, SyntheticRun.message("send", 0, 1, type: 11, size: 1, 5000))
        run.nodes[1].clock += "{\"host\":1}\n"
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        #expect(timeline.warnings.count == 4)
        #expect(timeline.warnings.contains { $0.contains("x86") && $0.contains("lost 5 events") })
        #expect(timeline.warnings.contains { $0.contains("x86") && $0.contains("1 lines") })
        #expect(timeline.warnings.contains { $0.contains("arm") && $0.contains("id 1") })
        #expect(timeline.warnings.contains { $0.contains("arm") && $0.contains("clock samples") })
    }

    @Test("nodes that left nothing still make a timeline, and it is valid JSON")
    func empty() throws {
        let scratch = try Scratch()
        let files = [
            NodeTraceFiles(name: "x86", label: "x86-64", id: 0, directory: scratch.path),
            NodeTraceFiles(name: "a\"b\\", label: "", id: 1, directory: scratch.path),
        ]
        let timeline = try Timeline.load(nodes: files)
        let events = try events(timeline)
        #expect(events.contains { $0["args"]?["name"]?.text == "a\"b\\" })
        #expect(timeline.warnings.count == 2)
        #expect(timeline.summary.nodes.allSatisfy { $0.clockErrorMicroseconds == nil })
    }

    @Test("no nodes, two of one name, and a file that is gone are errors that say so")
    func errors() throws {
        #expect(throws: TraceError.self) { try Timeline.load(nodes: []) }
        let twice = [
            NodeTraceFiles(name: "x86", label: "", id: 0), NodeTraceFiles(name: "x86", label: "", id: 1),
        ]
        let error = #expect(throws: TraceError.self) { try Timeline.load(nodes: twice) }
        #expect(error?.code == .mismatch)
        var gone = NodeTraceFiles(name: "x86", label: "", id: 0)
        gone.trace = "/nonexistent/trace.txt"
        let missing = #expect(throws: TraceError.self) { try Timeline.load(nodes: [gone]) }
        #expect(missing?.code == .unreadable)
        let timeline = try Timeline.load(nodes: [NodeTraceFiles(name: "x86", label: "", id: 0)])
        let unwritable = #expect(throws: TraceError.self) {
            try timeline.writeChromeTrace(to: "/nonexistent/folder/trace.json")
        }
        #expect(unwritable?.code == .unwritable)
    }

    @Test("files appear only when they are complete")
    func atomicOutput() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(10)
        let timeline = try Timeline.load(nodes: try run.write(to: scratch))
        try timeline.writeChromeTrace(to: "\(scratch.path)/trace.json")
        let drawn = try #require(scratch.read("trace.json"))
        #expect(try JSONDecoder().decode(AnyJSON.self, from: Data(drawn))["traceEvents"] != nil)
        do {
            var sink = try FileSink("\(scratch.path)/other.json")
            try sink.write("half")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
        #expect(names == ["nodes", "trace.json"])
    }

    @Test("many messages are read, related and written at once")
    func many() throws {
        #if DEBUG
            let count = 5000
        #else
            let count = 250_000
        #endif
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(count, every: 1000)
        let files = try run.write(to: scratch)
        let clock = ContinuousClock()
        let begin = clock.now
        let timeline = try Timeline.load(nodes: files)
        let loaded = clock.now
        try timeline.writeChromeTrace(to: "\(scratch.path)/trace.json")
        let written = clock.now
        #expect(timeline.nodes.map(\.events) == [2 * count, 2 * count])
        #expect(timeline.summary.messages.map(\.latency?.median).allSatisfy { ($0 ?? 0) > 0 })
        // Far above what it takes (see docs/tracing.md): this finds what grows with the square.
        #expect(loaded - begin < .seconds(120))
        #expect(written - loaded < .seconds(120))
    }
}
