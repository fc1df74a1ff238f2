import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology

@testable import Trace

@Suite("Captures")
struct CaptureTests {
    private struct Pcap {
        var isBigEndian = false
        var isNanoseconds = false
        var linkType: UInt32 = 1
        var bytes: [UInt8] = []

        init(isBigEndian: Bool = false, isNanoseconds: Bool = false) {
            self.isBigEndian = isBigEndian
            self.isNanoseconds = isNanoseconds
            add(isNanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
            add(isBigEndian ? 0x0002_0004 : 0x0004_0002)
            for value in [0, 0, 65_536, 1] as [UInt32] { add(value) }
        }

        mutating func add(_ value: UInt32) {
            withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { bytes += $0 }
        }

        mutating func packet(nanoseconds: Int64, _ frame: [UInt8], originalLength: Int? = nil) {
            add(UInt32(nanoseconds / 1_000_000_000))
            add(UInt32(nanoseconds % 1_000_000_000 / (isNanoseconds ? 1 : 1000)))
            add(UInt32(frame.count))
            add(UInt32(originalLength ?? frame.count))
            bytes += frame
        }
    }

    private static let x86 = "52:54:00:00:00:01"
    private static let arm = "52:54:00:00:00:02"

    /// An Ethernet frame of an experimental type (IEEE 802 local, 0x88B5).
    private static func frame(from: UInt8, to: UInt8, number: Int) -> [UInt8] {
        [0x52, 0x54, 0, 0, 0, to, 0x52, 0x54, 0, 0, 0, from, 0x88, 0xB5]
            + (0..<46).map { UInt8(truncatingIfNeeded: number >> (($0 % 4) * 8)) }
    }

    @Test(
        "pcap files of both byte orders and resolutions are merged in the order of time",
        arguments: [(false, false), (false, true), (true, false), (true, true)])
    func formats(isBigEndian: Bool, isNanoseconds: Bool) throws {
        let scratch = try Scratch()
        var first = Pcap(isBigEndian: isBigEndian, isNanoseconds: isNanoseconds)
        var second = Pcap()
        let base: Int64 = 1_700_000_000_999_998_000
        for number in 0..<50 {
            first.packet(
                nanoseconds: base + Int64(number) * 2_000_000, Self.frame(from: 1, to: 2, number: number),
                originalLength: 1514)
            second.packet(
                nanoseconds: base + Int64(number) * 2_000_000 + 300_000, Self.frame(from: 1, to: 2, number: number))
        }
        let sources = [
            CaptureSource(node: "x86", path: try scratch.write(first.bytes, to: "x86.pcap"), mac: MACAddress(Self.x86)),
            CaptureSource(
                node: "arm", path: try scratch.write(second.bytes, to: "arm.pcap"), mac: MACAddress(Self.arm)),
        ]
        let outcomes = try CaptureMerger(sources).write(to: "\(scratch.path)/all.pcapng")
        #expect(outcomes.map(\.packets) == [50, 50])
        #expect(outcomes.allSatisfy { $0.note == nil && $0.clockErrorMicroseconds == nil })
        let file = try PcapngBlocks(try #require(scratch.read("all.pcapng")))
        #expect(
            file.interfaces == [
                PcapngBlocks.Interface(linkType: 1, name: "x86", resolution: 9),
                PcapngBlocks.Interface(linkType: 1, name: "arm", resolution: 9),
            ])
        #expect(file.packets.map(\.interface) == (0..<100).map { $0 % 2 })
        #expect(file.packets.map(\.flags) == (0..<100).map { $0 % 2 == 0 ? 2 : 1 })
        #expect(zip(file.packets, file.packets.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(file.packets[0].time == UInt64(base))
        #expect(file.packets[99].bytes == Self.frame(from: 1, to: 2, number: 49))
        #expect(file.packets[0].originalLength == 1514)
    }

    @Test("a capture that ends in the middle of a packet, or before its header, keeps what is whole")
    func truncated() throws {
        let scratch = try Scratch()
        var whole = Pcap()
        for number in 0..<3 {
            whole.packet(nanoseconds: 1_000_000_000_000 + Int64(number), Self.frame(from: 1, to: 2, number: number))
        }
        for cut in [1, 30, 60, 75] {
            let path = try scratch.write(Array(whole.bytes.dropLast(cut)), to: "cut.pcap")
            let outcomes = try CaptureMerger([CaptureSource(node: "x86", path: path)]).write(to: "\(scratch.path)/o")
            #expect(outcomes.first?.packets == 2)
            #expect(outcomes.first?.note?.contains("middle of a packet") == true)
            #expect(try PcapngBlocks(try #require(scratch.read("o"))).packets.count == 2)
        }
        for length in [0, 10, 24] {
            let path = try scratch.write(Array(whole.bytes.prefix(length)), to: "short.pcap")
            let outcomes = try CaptureMerger([CaptureSource(node: "x86", path: path)]).write(to: "\(scratch.path)/o")
            #expect(outcomes.first?.packets == 0)
            #expect((outcomes.first?.note != nil) == (length < 24))
        }
    }

    @Test("a damaged length ends the capture instead of taking all memory")
    func damaged() throws {
        let scratch = try Scratch()
        var pcap = Pcap()
        pcap.packet(nanoseconds: 1_000_000_000_000, Self.frame(from: 1, to: 2, number: 1))
        for value in [1000, 0, 0xFFFF_FFF0, 60] as [UInt32] { pcap.add(value) }
        let path = try scratch.write(pcap.bytes, to: "x86.pcap")
        let outcomes = try CaptureMerger([CaptureSource(node: "x86", path: path)]).write(to: "\(scratch.path)/o")
        #expect(outcomes.first?.packets == 1)
        #expect(outcomes.first?.note?.contains("damaged") == true)
    }

    @Test("what is no capture is refused, by name")
    func noCapture() throws {
        let scratch = try Scratch()
        let path = try scratch.write("this is some text, not a capture", to: "notes.txt")
        let error = #expect(throws: TraceError.self) {
            try CaptureMerger([CaptureSource(node: "x86", path: path)]).write(to: "\(scratch.path)/o")
        }
        #expect(error?.code == .malformed)
        #expect(error?.summary.contains("notes.txt") == true)
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/o"))
        #expect(throws: TraceError.self) { try CaptureMerger([]) }
        #expect(throws: TraceError.self) {
            try CaptureMerger([CaptureSource(node: "x86", path: "/nonexistent.pcap")]).write(to: "\(scratch.path)/o")
        }
    }

    /// Captures whose stamps are off by a constant each, as QEMU's are.
    private func skewed(_ scratch: Scratch, anchored: Bool) throws -> [CaptureSource] {
        var files = [Pcap(), Pcap()]
        let skew: [Int64] = [-1_003_500_000, 412_000_000]
        let base: Int64 = 1_700_000_000_000_000_000
        for number in 0..<400 {
            let from = number % 2
            let sent = base + Int64(number) * 1_000_000
            let received = sent + 200_000 + Int64(number * 7919 % 300) * 1000
            let frame = Self.frame(from: UInt8(from + 1), to: UInt8(2 - from), number: number)
            files[from].packet(nanoseconds: sent + skew[from], frame)
            files[1 - from].packet(nanoseconds: received + skew[1 - from], frame)
        }
        return try ["x86", "arm"].enumerated().map { index, name in
            let stamp = base + 100_000_000 + skew[index]
            return CaptureSource(
                node: name, path: try scratch.write(files[index].bytes, to: "\(name).pcap"),
                mac: MACAddress(index == 0 ? Self.x86 : Self.arm),
                anchors: anchored
                    ? [
                        ClockSample(
                            hostBefore: HostTime(nanoseconds: base + 100_000_000 - 4_000_000),
                            guest: GuestTime(nanoseconds: stamp),
                            hostAfter: HostTime(nanoseconds: base + 100_000_000 + 7_000_000))
                    ] : [])
        }
    }

    @Test(
        "captures with skewed clocks are related by the frames they share: sent before received",
        arguments: [true, false])
    func relate(anchored: Bool) throws {
        let scratch = try Scratch()
        let sources = try skewed(scratch, anchored: anchored)
        let fit = try CaptureClock.relate(sources)
        #expect(fit.isConsistent)
        // The fastest frame takes 200 µs each way, the fastest seen a little more.
        #expect(fit.pairErrorMicroseconds(0, 1) < 300)
        let outcomes = try CaptureMerger(sources, clocks: fit).write(to: "\(scratch.path)/all.pcapng")
        let packets = try PcapngBlocks(try #require(scratch.read("all.pcapng"))).packets
        #expect(packets.count == 800)
        var sent: Set<[UInt8]> = []
        for packet in packets {
            if packet.flags == 2 { sent.insert(packet.bytes) } else { #expect(sent.contains(packet.bytes)) }
        }
        #expect(sent.count == 400)
        if anchored {
            #expect(fit.warnings == [])
            let errors = outcomes.compactMap(\.clockErrorMicroseconds)
            #expect(errors.count == 2 && errors.allSatisfy { $0 < 6000 })
            let first = Double(Int64(packets[0].time) - 1_700_000_000_000_000_000) / 1000
            #expect(abs(first) <= errors[0])
        } else {
            #expect(fit.warnings.count == 1)
            #expect(outcomes.allSatisfy { $0.clockErrorMicroseconds == nil })
        }
    }

    @Test("a capture's anchor is when its file was last written")
    func anchor() throws {
        let scratch = try Scratch()
        var pcap = Pcap()
        pcap.packet(nanoseconds: 5_000_000_000, Self.frame(from: 1, to: 2, number: 1))
        pcap.packet(nanoseconds: 6_000_000_000, Self.frame(from: 1, to: 2, number: 2))
        let path = try scratch.write(pcap.bytes, to: "x86.pcap")
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let written = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        let anchor = try #require(try CaptureClock.anchor(of: path))
        #expect(anchor.guest.nanoseconds == 6_000_000_000)
        #expect(anchor.hostBefore.nanoseconds < written)
        #expect(anchor.hostAfter.nanoseconds > written - 60_000_000_000)
        #expect(anchor.hostAfter.nanoseconds - anchor.hostBefore.nanoseconds == 20_000_000)
        #expect(try CaptureClock.anchor(of: scratch.write(Pcap().bytes, to: "empty.pcap")) == nil)
        #expect(try CaptureClock.anchor(of: scratch.write(Array(pcap.bytes.dropLast(3)), to: "cut.pcap")) == nil)
    }

    @Test("tshark reads the merged file, with the nodes' names and the times to the nanosecond")
    func tshark() async throws {
        let scratch = try Scratch()
        let sources = try skewed(scratch, anchored: true)
        _ = try CaptureMerger(sources, clocks: CaptureClock.relate(sources)).write(to: "\(scratch.path)/all.pcapng")
        let fields = ["frame.interface_name", "frame.time_epoch", "frame.len"].flatMap { ["-e", $0] }
        let words = ["-r", scratch.file("all.pcapng"), "-T", "fields"] + fields
        let output = try await HostCommand("tshark", words, package: "tshark").check().text
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(lines.count == 800)
        #expect(Set(lines.compactMap(\.first)) == ["x86", "arm"])
        let packets = try PcapngBlocks(try #require(scratch.read("all.pcapng"))).packets
        for (line, packet) in zip(lines, packets) {
            let fraction = String(1_000_000_000 + packet.time % 1_000_000_000).dropFirst()
            #expect(
                line == [packet.interface == 0 ? "x86" : "arm", "\(packet.time / 1_000_000_000).\(fraction)", "60"])
        }
    }
}
