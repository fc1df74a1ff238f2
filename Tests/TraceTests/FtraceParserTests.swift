import Testing

@testable import Trace

@Suite("ftrace")
struct FtraceParserTests {
    private func parse(_ text: String, pieces: Int = .max) -> (events: [FtraceEvent], parser: FtraceParser) {
        var parser = FtraceParser()
        var events: [FtraceEvent] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            parser.feed(Array(rest.prefix(pieces))) { events.append($0) }
            rest = rest.dropFirst(pieces)
        }
        parser.finish()
        return (events, parser)
    }

    /// The header and the first line are from Linux 6.1.
    private static let text = """
        # tracer: nop
        #
        # entries-in-buffer/entries-written: 33/35   #P:1
        #
        #                                          _-----=> irqs-off/BH-disabled
        #           TASK-PID       TGID    CPU#  |||||  TIMESTAMP  FUNCTION
        #              | |           |       |   |||||     |         |
                    init-1       (      1) [000] .....    16.742817: tracing_mark_write: pair1 a=1
                    task-123     [001] d..1.  1234.567890: msg_send: from=0 to=1 type=3 size=64 epoch=1 seq=42 station=7
             pcn_recv_0-77       (-------) [003] 2.5: fault_begin: rid=0x1f page=12 W
        ##### CPU 1 buffer started ####
        CPU:1 [LOST 23 EVENTS]
          my [odd] - task-99      [000] ....   7.000001: sys_enter: NR 330 (1, 2, 3)
                  <idle>-0       [001] dNh2.  8.100000: do_idle <-cpu_startup_entry

        """

    @Test("events are read with and without flags and thread groups", arguments: [1, 13, 4096])
    func events(pieces: Int) throws {
        let (events, parser) = parse(Self.text, pieces: pieces)
        try #require(events.count == 5)
        #expect(parser.garbageLines == 0)
        #expect(parser.lostEvents == 25)
        #expect(events[0].task == "init")
        #expect(events[0].name == "tracing_mark_write")
        #expect(events[0].detail == "pair1 a=1")
        #expect(events[0].time == GuestTime(microseconds: 16_742_817))
        #expect(events[1].pid == 123)
        #expect(events[1].cpu == 1)
        #expect(events[1].name == "msg_send")
        #expect(events[1].number("seq") == 42)
        #expect(events[2].task == "pcn_recv_0")
        #expect(events[2].time == GuestTime(microseconds: 2_500_000))
        #expect(events[2].number("rid") == 31)
        #expect(events[2].detail == "W")
        #expect(events[3].task == "my [odd] - task")
        #expect(events[3].pid == 99)
        #expect(events[3].detail == "NR 330 (1, 2, 3)")
        #expect(events[4].name == "do_idle")
        #expect(events[4].detail == "<-cpu_startup_entry")
    }

    @Test(
        "damaged lines are counted and left out",
        arguments: [
            "no event at all\n", "  task-x [000] ..... 1.0: a: b\n", "  task-1 [000] ..... one: a: b\n",
            "  task-1 [999999] ..... 1.0: a: b\n", "  task-1 [000] .....\n", "  task-1 [000] ..... 1.0\n",
            "  task-99999999999 [000] ..... 1.0: a: b\n", "\u{0}\u{0}\u{0}\n", "[000]\n", "-1 [000]  .\n",
        ])
    func garbage(line: String) {
        let (events, parser) = parse(line + "  task-1 [000] ..... 1.000001: good: x=1\n")
        #expect(events.map(\.name) == ["good"])
        #expect(parser.garbageLines == 1)
    }

    @Test("a last line that was cut off is not taken for an event")
    func truncated() {
        let (events, parser) = parse("  t-1 [000] ..... 1.000001: msg_send: from=0 to=1 type=3 size=6")
        #expect(events.isEmpty)
        #expect(parser.garbageLines == 1)
    }

    @Test("stamps of a counter are told apart from times")
    func counterClock() {
        let (events, parser) = parse("  t-1 [000] .....     17: good: x=1\n")
        #expect(events.isEmpty)
        #expect(parser.unknownClockLines == 1)
        #expect(parser.garbageLines == 0)
    }

    @Test("a message is known by from, to, epoch and seq, and without any of them it is none")
    func messages() throws {
        let line = "  t-1 [000] ..... 1.000001: msg_recv: from=1 to=0 type=3 size=64 epoch=2 seq=9 station=0\n"
        let event = try #require(parse(line).events.first)
        let message = try #require(MessageEvent(event))
        #expect(message.side == .receive)
        #expect(message.key == MessageKey(from: 1, to: 0, epoch: 2, sequence: 9))
        #expect(message.type == 3)
        #expect(message.size == 64)
        for field in ["from", "to", "epoch", "seq"] {
            var damaged = event
            damaged.fields.removeAll { $0.key == field }
            #expect(MessageEvent(damaged) == nil)
        }
    }

    @Test("type names come from the guest's table")
    func typeNames() {
        let names = MessageTypeNames(parsing: "0 NODE_INFO\n11 PAGE_REQUEST extra\n\nx y\n12\n")
        #expect(names[11] == "PAGE_REQUEST")
        #expect(names[0] == "NODE_INFO")
        #expect(names[12] == "type 12")
    }

    @Test("begin and end pair up by thread and by what both say")
    func spans() throws {
        var tracker = SpanTracker()
        var spans: [SpanTracker.Span] = []
        func take(_ text: String) {
            for event in parse(text).events {
                if case .ends(let span) = tracker.take(event) { spans.append(span) }
            }
        }
        take(
            """
              a-1 [000] ..... 1.000000: migrate_begin: tid=5 to=1
              a-1 [000] ..... 1.000010: fault_begin: rid=0x1 page=3 W
              b-2 [000] ..... 1.000011: fault_begin: rid=0x1 page=3 R
              a-1 [000] ..... 1.000012: fault_begin: rid=0x1 page=4 R
              a-1 [000] ..... 1.000020: fault_end: rid=0x1 page=3 W remote=1 ns=9000
              b-2 [000] ..... 1.000030: fault_end: rid=0x1 page=3 R remote=0 ns=9000
              a-1 [000] ..... 1.000040: fault_end: rid=0x1 page=4 R remote=0 ns=9000
              a-1 [000] ..... 1.000050: fault_end: rid=0x1 page=9 R remote=0 ns=9000
              a-1 [000] ..... 2.000000: migrate_end: tid=5 node=1 reason=0
              a-1 [000] ..... 3.000000: migrate_begin: tid=6 to=1

            """)
        #expect(spans.map(\.name) == ["fault", "fault", "fault", "migrate"])
        #expect(spans.map(\.nests) == [false, true, true, true])
        #expect(spans.map { $0.begin.number("page") } == [3, 3, 4, nil])
        #expect(tracker.strayEnds == ["fault": 1])
        #expect(tracker.finish().map(\.name) == ["migrate"])
    }
}
