import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Trace

@Suite("Hops, faults and delegated calls")
struct MigrationTests {
    /// Recorded from an x86-64 and an aarch64 guest (Linux 6.1, TCG).
    private static func recorded(_ name: String) throws -> Timeline {
        let directory = String(#filePath.dropLast("MigrationTests.swift".count)) + "Recorded/" + name
        return try Timeline.load(nodes: [
            NodeTraceFiles(name: "x86", label: "x86-64", id: 0, directory: directory + "/x86"),
            NodeTraceFiles(name: "arm", label: "aarch64", id: 1, directory: directory + "/arm"),
        ])
    }

    @Test("the hops of a recorded run have the phases that its events say")
    func phases() throws {
        // `hop moved 250`, asked to move four times from outside.
        let summary = try Self.recorded("asked").summary
        let routes = summary.migration.routes
        #expect(routes.map { "\($0.from) \($0.to)" } == ["x86 arm", "arm x86"])
        #expect(routes.map(\.hops) == [2, 2])
        #expect(routes.allSatisfy { $0.failed.isEmpty && $0.unfinished == 0 })
        #expect(routes[0].phases.map(\.phase) == HopPhase.allCases)
        #expect(routes[1].phases.map(\.phase) == [.request, .check, .leave, .arrive, .hop])
        // Phases of one node are exact but for its clock's rate, which is off by 0.2 % at most.
        func longest(_ route: Int, _ phase: HopPhase) throws -> Double {
            try #require(routes[route].phases.first { $0.phase == phase }).duration.max
        }
        #expect(abs(try longest(0, .check) - 39_764) < 80)
        #expect(abs(try longest(1, .check) - 56_407) < 113)
        #expect(abs(try longest(0, .request) - 32_243) < 65)
        // Both clocks: the request was made on x86, and checked on arm.
        let request = try #require(routes[1].phases.first { $0.phase == .request })
        #expect(try #require(request.errorMicroseconds) > 0)
        #expect(routes[0].phases.first { $0.phase == .arrive }?.errorMicroseconds == 0)
        #expect(routes[0].pages?.max == 1 && routes[1].pages?.max == 0)
    }

    @Test("pages and delegated calls of a recorded run are counted, and the summary survives JSON")
    func counts() throws {
        let summary = try Self.recorded("asked").summary
        let page = try #require(summary.migration.pages.first)
        #expect(summary.migration.pages.count == 1 && page.address == "0x600000000000")
        #expect(page.faults == 2 && page.remote == 1 && page.writes == 1 && page.failed == 0)
        #expect(page.waitMicroseconds > 0 && page.place == nil)
        let call = try #require(summary.migration.calls.first)
        #expect(summary.migration.calls.count == 1)
        #expect(call.name == "write" && call.number == 2 && call.count == 2 && call.unfinished == 0)
        #expect(try JSONDecoder().decode(TraceSummary.self, from: JSONEncoder().encode(summary)) == summary)
    }

    @Test("the hops of a recorded run are listed one by one, on the host's clock")
    func hops() throws {
        let timeline = try Self.recorded("asked")
        let hops = timeline.hops
        #expect(hops.map(\.from) == ["x86", "arm", "x86", "arm"] && hops.map(\.to) == ["arm", "x86", "arm", "x86"])
        #expect(Set(hops.map(\.thread)).count == 1 && hops.allSatisfy { $0.error == 0 })
        // As long as the summary says.
        let lengths = hops.compactMap { hop in hop.end.map { $0 - hop.begin } }
        let longest = timeline.summary.migration.routes.flatMap(\.phases).filter { $0.phase == .hop }.map(
            \.duration.max)
        #expect(lengths.count == 4 && abs((lengths.max() ?? 0) - (longest.max() ?? 1)) < 1)
    }

    @Test("a move to another node and the next one back are one figure, which no clock's error is part of")
    func thereAndBack() throws {
        let timeline = try Self.recorded("asked")
        let found = timeline.summary.migration.thereAndBack
        let lengths = timeline.hops.compactMap { hop in hop.end.map { $0 - hop.begin } }
        try #require(lengths.count == 4 && found.count == 1)
        #expect(found[0].nodes == ["x86", "arm"] && found[0].count == 2)
        let expected = [lengths[0] + lengths[1], lengths[2] + lengths[3]]
        #expect(abs(found[0].duration.max - (expected.max() ?? 0)) < 1)
        // A thread that does not come back, or that was refused, has been nowhere and back.
        #expect(try Self.recorded("refused").summary.migration.thereAndBack.isEmpty)
    }

    @Test("one hop of a recorded run is drawn alone, with all of its phases")
    func oneHop() throws {
        let timeline = try Self.recorded("asked")
        let whole = try DrawnTimeline(timeline)
        let one = try DrawnTimeline(timeline, only: try timeline.window(hop: 1, ofThread: nil))
        one.expectNesting()
        #expect(one.events.count * 2 < whole.events.count)
        func hops(_ drawn: DrawnTimeline) -> [Double?] {
            drawn.slices(of: "threads that move").filter { $0.name.contains(" → ") }
                .compactMap { $0.arguments?["hop"]?.number }
        }
        #expect(hops(whole) == [1, 2, 3, 4] && hops(one) == [1])
        #expect(one.arrows("hop") == 1 && one.arrows("fault") == 1)
        let error = #expect(throws: TraceError.self) { try timeline.window(hop: 5, ofThread: nil) }
        #expect(error?.hint == "the last hop is 4")
    }

    @Test("a recorded run is drawn: hops with phases, and arrows for hops, faults and calls")
    func drawing() throws {
        let timeline = try Self.recorded("asked")
        let drawn = try DrawnTimeline(timeline)
        drawn.expectNesting()
        try drawn.expectArrows()
        #expect(drawn.arrows("hop") == 4)
        #expect(drawn.arrows("fault") == 1)
        #expect(drawn.arrows("call") == 2)
        // A fault, its request and grant, each sent and received: two ends and four points between.
        #expect(drawn.events.count { $0["cat"]?.text == "fault" && $0["ph"]?.text == "t" } == 4)
        let thread = drawn.slices(of: "threads that move")
        let tops = thread.filter { slice in ["x86 → arm", "arm → x86", "on x86", "on arm"].contains(slice.name) }
        #expect(
            tops.map(\.name) == [
                "x86 → arm", "on arm", "arm → x86", "on x86", "x86 → arm", "on arm", "arm → x86",
            ])
        #expect(
            thread.filter { $0.begin >= tops[0].begin && $0.begin < tops[1].begin + 0.0005 }.map(\.name)
                .filter { $0.contains(" → ") }.dropFirst() == [
                    "request → check", "check → leave", "leave → arrive", "arrive → resume",
                    "resume → first fault served",
                    "first fault served → warm",
                ])
        #expect(tops[0].arguments?["hop"]?.number == 1 && tops[0].arguments?["pages"]?.number == 1)
        let names = Set(drawn.slices.map(\.name))
        let about = drawn.slices.filter { $0.name.contains("PAGE_REQUEST") || $0.name.contains("PAGE_GRANT") }
        #expect(about.map { $0.arguments?["page_address"]?.text } == Array(repeating: "0x600000000000", count: 4))
        #expect(names.isSuperset(of: ["fault read", "call write", "serve write", "migrate_begin", "migrate_check"]))
    }

    @Test("a hop that its target refused is a span with its error, and no hop of its own on the way back")
    func refused() throws {
        // `hop print 1` with HOP_UID=1000, in a directory that this user may not search.
        let timeline = try Self.recorded("refused")
        let routes = timeline.summary.migration.routes
        #expect(routes.count == 1 && routes[0].hops == 1 && routes[0].unfinished == 0 && routes[0].phases.isEmpty)
        #expect(routes[0].failed == [errorText(EACCES): 1])
        let drawn = try DrawnTimeline(timeline)
        drawn.expectNesting()
        try drawn.expectArrows()
        let hop = try #require(drawn.slices(of: "threads that move").first)
        #expect(hop.name == "x86 → arm: \(errorText(EACCES))")
        #expect(hop.arguments?["status"]?.number == Double(-EACCES))
        #expect(drawn.arrows("hop") == 1)
    }

    @Test("a thread that ends elsewhere made no hop home; one that is lost is unfinished")
    func ends() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(3)
        let at = SyntheticRun.epoch + 100_000
        run.hop(1, from: 0, to: 1, at: at, thread: 1)
        run.nodes[1].event(at: at + 2000, task: "app", pid: 9, SyntheticRun.step("begin", 1, 2, from: 1, to: 0))
        run.nodes[0].event(at: at + 2500, task: "recv", pid: 4, SyntheticRun.step("exit", 1, 1, from: 1, to: 0))
        run.nodes[0].event(at: at + 3000, task: "app", pid: 9, SyntheticRun.step("begin", 2, 1, from: 0, to: 1))
        let routes = try Timeline.load(nodes: try run.write(to: scratch)).summary.migration.routes
        #expect(routes.map(\.from) == ["x86"])
        #expect(routes.first?.hops == 2 && routes.first?.unfinished == 1)
    }

    @Test("a thread is warm when its faults pause, whatever it touches later")
    func warm() throws {
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(3)
        let at = SyntheticRun.epoch + 100_000
        run.hop(1, from: 0, to: 1, at: at, thread: 1)
        // Arrives at 500 µs, resumes at 600 µs; faults of 100 µs each.
        for (page, start) in [(1, 1000), (2, 5000), (3, 24_000), (4, 60_000)] {
            run.fault(page, on: 1, at: at + Int64(start), lasting: 100)
        }
        let routes = try Timeline.load(nodes: try run.write(to: scratch)).summary.migration.routes
        let phases = try #require(routes.first).phases
        func length(_ phase: HopPhase) throws -> Double {
            try #require(phases.first { $0.phase == phase }).duration.median
        }
        #expect(abs(try length(.firstFault) - 500) < 3)
        #expect(abs(try length(.warm) - 23_000) < 60)
        #expect(routes.first?.pages?.max == 4)
    }

    @Test("pages are called by the largest symbols in them, else by their region")
    func places() {
        let map = AddressMap(
            symbols: [
                .init(name: "huge", start: 0x1800, size: 0x3000), .init(name: "a", start: 0x1000, size: 8),
                .init(name: "b", start: 0x1010, size: 0x400), .init(name: "c", start: 0x1500, size: 4),
                .init(name: "empty", start: 0x9000, size: 0),
            ], regions: [.init(name: "heap", start: 0x8000, size: 0x4000)])
        #expect(map.describe(page: 0x1000) == "huge, b, a and 1 more")
        #expect(map.describe(page: 0x3000) == "huge+0x1800")
        #expect(map.describe(page: 0x9000) == "heap")
        #expect(map.describe(page: 0x6000) == nil && map.describe(page: .max) == nil)
        #expect(AddressMap().describe(page: 0) == nil)
    }

    @Test("delegated calls have the names that kernel and runtime give their numbers")
    func callNames() throws {
        let root = String(#filePath.dropLast("Tests/TraceTests/MigrationTests.swift".count)) + "Images/"
        func lines(_ path: String) throws -> [Substring] {
            let bytes = try Data(contentsOf: URL(filePath: root + path))
            return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        }
        var seen = 0
        for line in try lines("kernel/include/uapi/popcorn/delegate.h") {
            guard let match = line.firstMatch(of: /POPCORN_CALL_(\w+) = (\d+),/), match.1 != "PRIVATE" else { continue }
            let name = match.1.lowercased().replacing("_", with: " ")
            #expect(DelegatedCall.name(try #require(Int32(match.2))) == name)
            seen += 1
        }
        for line in try lines("runtime/node/calls/system_call_list.h") {
            guard let match = line.firstMatch(of: /^\s*CALL\((\d+), (\w+),/) else { continue }
            #expect(DelegatedCall.name(256 + (try #require(Int32(match.1)))) == String(match.2))
            seen += 1
        }
        #expect(seen > 100)
        #expect(DelegatedCall.name(200) == "call 200" && DelegatedCall.name(256 + 4000) == "system call 4000")
    }

    @Test("ten thousand hops and a hundred thousand faults are read and drawn at once")
    func many() throws {
        #if DEBUG
            let hops = 500
        #else
            let hops = 10_000
        #endif
        let scratch = try Scratch()
        var run = SyntheticRun()
        run.exchange(3)
        for hop in 0..<hops {
            let at = SyntheticRun.epoch + 100_000 + Int64(hop) * 10_000
            run.hop(hop + 1, from: hop % 2, to: 1 - hop % 2, at: at, thread: 1)
            for fault in 0..<10 {
                run.fault(fault, on: 1 - hop % 2, at: at + 1000 + Int64(fault) * 300, lasting: 200)
            }
        }
        let files = try run.write(to: scratch)
        let clock = ContinuousClock()
        let begin = clock.now
        let timeline = try Timeline.load(nodes: files)
        try timeline.writeChromeTrace(to: "\(scratch.path)/trace.json")
        #expect(timeline.summary.migration.routes.map(\.hops) == [hops / 2, hops / 2])
        #expect(timeline.summary.migration.faults == 10 * hops)
        #expect(timeline.summary.migration.pages.map(\.faults) == Array(repeating: hops, count: 10))
        // Far above what it takes (see docs/tracing.md): this finds what grows with the square.
        #expect(clock.now - begin < .seconds(120))
    }
}

extension SyntheticRun {
    static func step(
        _ name: String, _ thread: Int, _ hop: Int, from: Int, to: Int, status: Int = 0
    ) -> String {
        "migrate_\(name): process=0x10 thread=\(thread) hop=\(hop) from=\(from) to=\(to) status=\(status)"
    }

    /// Leaves at once, arrives after 500 µs and resumes after 600 µs.
    mutating func hop(_ hop: Int, from: Int, to: Int, at start: Int64, thread: Int) {
        nodes[from].event(at: start, task: "app", pid: 9, Self.step("begin", thread, hop, from: from, to: to))
        nodes[to].event(at: start + 500, task: "recv", pid: 4, Self.step("arrive", thread, hop, from: from, to: to))
        nodes[to].event(at: start + 600, task: "app", pid: 9, Self.step("resume", thread, hop, from: from, to: to))
    }

    /// Asks the home, and is repeated as the kernel does it.
    mutating func fault(_ page: Int, on node: Int, at start: Int64, lasting duration: Int64) {
        let text = "process=0x10 address=0x\(String(page * 4096, radix: 16)) access=read"
        nodes[node].event(at: start, task: "app", pid: 9, "fault_begin: \(text) had=none")
        nodes[node].event(
            at: start + duration - 20, task: "app", pid: 9, "fault_end: \(text) cause=remote result=retry ns=180")
        nodes[node].event(at: start + duration - 10, task: "app", pid: 9, "fault_begin: \(text) had=read")
        nodes[node].event(
            at: start + duration, task: "app", pid: 9, "fault_end: \(text) cause=local result=mapped ns=10")
    }
}
