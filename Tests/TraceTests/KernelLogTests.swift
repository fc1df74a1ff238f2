import FoundationEssentials
import TestSupport
import Testing

@testable import Trace

@Suite("Kernel logs")
struct KernelLogTests {
    /// As Linux 6.1 gives them, with a record that has properties and one with an escaped tab.
    private static let records = """
        5,0,0,-;Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org)
        6,222,628141,-;pci 0000:00:03.0: [8086:100e] type 00 class 0x020000
         SUBSYSTEM=pci
         DEVICE=+pci:0000:00:03.0
        6,223,628879,-,caller=T1;rcu: \\x09RCU restricting CPUs
        12,224,2302006,c;pair2 b\\x0aL\\xc3\\xa4nge \\x5c

        """

    private func parse(_ text: String, pieces: Int = .max) -> (messages: [KernelMessage], parser: KernelLogParser) {
        var parser = KernelLogParser()
        var messages: [KernelMessage] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            messages += parser.feed(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        messages += parser.finish()
        return (messages, parser)
    }

    @Test("records of /dev/kmsg are read with levels, properties and escapes", arguments: [1, 2, 7, 64, 100_000])
    func records(pieces: Int) throws {
        let (messages, parser) = parse(Self.records, pieces: pieces)
        try #require(messages.count == 4)
        #expect(parser.garbageLines == 0)
        #expect(messages[0].level == .notice)
        #expect(messages[0].facilityName == "kern")
        #expect(messages[1].time == GuestTime(microseconds: 628_141))
        #expect(messages[1].sequence == 222)
        #expect(
            messages[1].fields == [
                KernelMessage.Field(key: "SUBSYSTEM", value: "pci"),
                KernelMessage.Field(key: "DEVICE", value: "+pci:0000:00:03.0"),
            ])
        #expect(messages[2].text == "rcu: \tRCU restricting CPUs")
        #expect(messages[3].text == "pair2 b\nLänge \\")
        #expect(messages[3].level == .warning)
        #expect(messages[3].facilityName == "user")
        #expect(messages[3].isFragment)
        #expect(!messages[2].isFragment)
        // 1 to 221 are missing.
        #expect(parser.lostRecords == 221)
    }

    @Test("a live log need not wait for the next record to give the last one")
    func live() {
        var parser = KernelLogParser()
        #expect(parser.feed(Array("6,1,5,-;first\n FIELD=1\n".utf8)).isEmpty)
        #expect(parser.flush().map(\.text) == ["first"])
        #expect(parser.flush().isEmpty)
        #expect(parser.feed(Array("6,2,6,-;sec".utf8)).isEmpty)
        #expect(parser.flush().isEmpty)
        #expect((parser.feed(Array("ond\n".utf8)) + parser.flush()).map(\.text) == ["second"])
        #expect(parser.finish().isEmpty)
        #expect(parser.garbageLines == 0 && parser.lostRecords == 0)
    }

    @Test(
        "what is no record is counted and does no harm",
        arguments: [
            "garbage\n", "6,1,5\n", "6,1,5,-no semicolon\n", " FIELD=without record\n", "x,1,5,-;text\n",
            "6,99999999999999999999999,5,-;text\n", "6,1,,-;text\n", ";\n", "\u{0}\u{1}\u{2}\n", "-6,1,5,-;text\n",
        ])
    func garbage(line: String) {
        let (messages, parser) = parse(line + "6,7,8,-;fine\n")
        #expect(messages.map(\.text) == ["fine"])
        #expect(parser.garbageLines == 1)
    }

    @Test("a record that was cut off in its text, or in an escape, still counts")
    func truncated() {
        #expect(parse("6,7,8,-;half a mess").messages.map(\.text) == ["half a mess"])
        #expect(parse("6,7,8,-;tab \\x0").messages.map(\.text) == ["tab \\x0"])
        #expect(parse("6,7,8,").messages.isEmpty)
    }

    @Test("a line without end does not take all memory")
    func endless() {
        var parser = KernelLogParser()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
        for _ in 0..<64 { _ = parser.feed(piece) }
        #expect(parser.feed(Array("\n6,1,2,-;after\n".utf8)).isEmpty)
        #expect(parser.finish().map(\.text) == ["after"])
    }

    @Test("a serial console's kernel lines are found between prompts, colours and programs' output")
    func console() {
        var parser = ConsoleLogParser()
        let log =
            "\u{1B}[2J\u{1B}[0mSeaBIOS (version 1.16)\r\n[    0.000000] Linux version 6.1\r\n"
            + "hello, world (node 0)\r\n/ # [   12.345678][   T12] popcorn: * 0: 10.4.4.100\r\n"
            + "[12345.000001] \u{1B}[31mKernel panic - not syncing: Fatal\u{1B}[0m\r\n"
            + "array[3] = 1.5 [1.25] text\r\n[   13.5"
        let messages = parser.feed(Array(log.utf8)) + parser.finish()
        #expect(
            messages.map(\.text) == [
                "Linux version 6.1", "popcorn: * 0: 10.4.4.100", "Kernel panic - not syncing: Fatal",
            ])
        #expect(messages.map(\.time.nanoseconds) == [0, 12_345_678_000, 12_345_000_001_000])
        #expect(messages.allSatisfy { $0.level == nil })
        #expect(parser.otherLines == 4)
    }

    @Test("a guest that booted again starts a new boot")
    func reboots() {
        var parser = ConsoleLogParser()
        let messages = parser.feed(
            Array("[    0.000000] one\n[    5.000000] two\n[    4.999990] late\n[    0.000000] three\n".utf8))
        #expect(messages.map(\.boot) == [0, 0, 0, 1])
        #expect(parser.reboots == 1)
    }

    @Test(
        "kernel trouble is recognised",
        arguments: [
            ("Kernel panic - not syncing: VFS: Unable to mount root fs", KernelTrouble.Severity.panic),
            ("kernel BUG at kernel/popcorn/process_server.c:713!", .oops),
            ("BUG: kernel NULL pointer dereference, address: 0000000000000000", .oops),
            ("BUG: KASAN: use-after-free in pcn_recv+0x1f0/0x300", .oops),
            ("Oops: 0002 [#1] PREEMPT SMP NOPTI", .oops),
            ("Internal error: Oops: 96000004 [#1] PREEMPT SMP", .oops),
            ("Unable to handle kernel paging request at virtual address ffff8000", .oops),
            ("watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [insmod:54]", .hang),
            ("INFO: task insmod:54 blocked for more than 120 seconds.", .hang),
            ("rcu: INFO: rcu_preempt self-detected stall on CPU", .hang),
            ("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", .hang),
            ("WARNING: CPU: 0 PID: 1 at kernel/workqueue.c:1462 __queue_work+0x2a/0x3f0", .warning),
            ("WARNING: possible circular locking dependency detected", .warning),
            ("Call Trace:", .detail),
        ])
    func troubles(text: String, severity: KernelTrouble.Severity) {
        #expect(KernelTrouble.find(in: text)?.severity == severity)
    }

    @Test(
        "ordinary lines are no trouble",
        arguments: [
            "DEBUG: mode on", "Spectre V2 : WARNING: Unprivileged eBPF is enabled", "ACPI: Interpreter enabled",
            "Debug warning: early ioremap leak", "popcorn: Ready on TCP/IP", "", "B",
        ])
    func noTrouble(text: String) { #expect(KernelTrouble.find(in: text) == nil) }

    @Test("what user space writes to the kernel's log is not the kernel's trouble")
    func userSpace() {
        let message = KernelMessage(
            time: GuestTime(nanoseconds: 0), level: .error, facility: 1, text: "BUG: in my script")
        #expect(message.trouble == nil)
    }

    @Test("messages become the lines that dmesg prints")
    func classic() {
        func line(_ microseconds: Int64) -> String {
            KernelMessage(time: GuestTime(microseconds: microseconds), text: "text").classicLine
        }
        #expect(line(0) == "[    0.000000] text")
        #expect(line(1_234_567) == "[    1.234567] text")
        #expect(line(123_456_000_001) == "[123456.000001] text")
    }

    @Test("JSON Lines hold guest and host time, exactly, whatever the text")
    func jsonLines() throws {
        let scratch = try Scratch()
        let records = try scratch.write(
            "3,5,1000001,-;say \\x22\\x5c\\x22 \\x01\\x7f\\x0a\n SUBSYSTEM=a\\x22b\n SUBSYSTEM=twice\n", to: "dmesg.raw"
        )
        let map = ClockMap(
            guestReference: GuestTime(nanoseconds: 0),
            hostReference: HostTime(nanoseconds: 1_795_223_791_218_264_001), drift: 0, isAnchored: true,
            errorPoints: [ClockMap.Point(guest: GuestTime(nanoseconds: 0), value: 12_500)], errorGrowth: 0)
        var sink = MemorySink()
        try KernelLog.writeJSONLines(records: records, console: nil, map: map, to: &sink)
        #expect(
            sink.text.hasPrefix(
                #"{"guest_us":1000001,"host_us":1795223792218265.001,"host_error_us":12.500,"level":"err","#))
        let decoded = try JSONDecoder().decode(AnyJSON.self, from: Data(sink.bytes))
        #expect(decoded["text"]?.text == "say \"\\\" \u{1}\u{7F}\n")
        #expect(decoded["fields"]?["SUBSYSTEM"]?.text == "a\"b")
        #expect(decoded["trouble"] == nil)
        #expect(sink.bytes.count { $0 == 10 } == 1)
    }

    @Test("a dead guest's last words come from its console, after its records")
    func lastWords() throws {
        let scratch = try Scratch()
        let records = try scratch.write("6,1,1000000,-;a\n6,2,2000000,-;b\n", to: "dmesg.raw")
        let console = try scratch.write(
            "[    9.000000] boot before\n[    0.000000] x\n[    1.000000] a\n[    2.000000] b\n"
                + "[    3.500000] Kernel panic - not syncing\n", to: "serial.log")
        var sink = MemorySink()
        try KernelLog.writeText(records: records, console: console, to: &sink)
        #expect(sink.text == "[    1.000000] a\n[    2.000000] b\n[    3.500000] Kernel panic - not syncing\n")
        var alone = MemorySink()
        try KernelLog.writeText(records: nil, console: console, to: &alone)
        #expect(alone.text.hasPrefix("[    0.000000] x\n[    1.000000] a\n"))
    }

    @Test("a file that is not there is an error that names it")
    func missingFile() {
        var sink = MemorySink()
        let error = #expect(throws: TraceError.self) {
            try KernelLog.writeText(records: "/nonexistent/dmesg.raw", console: nil, to: &sink)
        }
        #expect(error?.code == .unreadable)
        #expect(error?.summary.contains("/nonexistent/dmesg.raw") == true)
    }
}
