import FoundationEssentials
import Support
import TestSupport
import Topology

@testable import Trace

/// A connection between two guests, as the captures of both show it, with known host times.
struct MadeCapture {
    /// The moment at which it begins, on the host's clock; ns.
    static let epoch: Int64 = 1_700_000_000_000_000_000
    static let latency: Int64 = 300_000
    static let port: UInt16 = 30468
    /// Node 1 connected to node 0.
    static let otherPort: UInt16 = 40_000
    static let addresses = [IPv4Address(10, 4, 4, 100), IPv4Address(10, 4, 4, 101)]
    static let octets: [[UInt8]] = [[10, 4, 4, 100], [10, 4, 4, 101]]

    /// A frame in one capture.
    struct Frame {
        var capture: Int
        /// On the host's clock; ns.
        var time: Int64
        var bytes: [UInt8]
    }

    private(set) var frames: [Frame] = []
    /// The next number of each sender; the first is about to wrap around.
    private var sequence: [UInt32] = [0xFFFF_F000, 77_000]
    /// How far each capture's clock is behind the host's; ns.
    private let skew: [Int64] = [1_003_500_000, -412_000_000]
    /// Host times at which the guests' clocks are zero; ns.
    let boots: [Int64] = [epoch - 30_000_000_000, epoch - 12_345_000_000]

    /// The numbers that the next byte of each sender has.
    func next(_ sender: Int) -> UInt32 { sequence[sender] }

    /// Both sides open the connection.
    mutating func open(at time: Int64) {
        for sender in [1, 0] {
            segment(from: sender, [], at: time, number: sequence[sender] &- 1, flags: 0x02)
        }
    }

    /// A segment with all that follows.
    mutating func send(from sender: Int, _ bytes: [UInt8], at time: Int64, missingIn: Set<Int> = []) {
        segment(from: sender, bytes, at: time, missingIn: missingIn)
        sequence[sender] = sequence[sender] &+ UInt32(bytes.count)
    }

    /// A segment anywhere in the stream; it acknowledges all that the other side has sent.
    mutating func segment(
        from sender: Int, _ bytes: [UInt8], at time: Int64, number: UInt32? = nil, flags: UInt8 = 0x10,
        missingIn: Set<Int> = []
    ) {
        let ports = sender == 0 ? [Self.port, Self.otherPort] : [Self.otherPort, Self.port]
        let tcp =
            Self.big(ports[0]) + Self.big(ports[1]) + Self.big(number ?? sequence[sender])
            + Self.big(sequence[1 - sender]) + [0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]
        frame(from: sender, protocolNumber: 6, tcp + bytes, at: time, missingIn: missingIn)
    }

    /// What a guest sends while its clock is read.
    mutating func clockFrame(from sender: Int, at time: Int64) {
        let text = Array("popcorn-lab clock \(guest(sender, time))\n".utf8)
        let udp = Self.big(UInt16(40_001)) + Self.big(UInt16(9)) + Self.big(UInt16(8 + text.count)) + [0, 0]
        frame(from: sender, protocolNumber: 17, udp + text, at: time)
    }

    /// ns on a guest's clock.
    func guest(_ node: Int, _ time: Int64) -> Int64 { (time - boots[node]) / 1000 * 1000 }

    private mutating func frame(
        from sender: Int, protocolNumber: UInt8, _ content: [UInt8], at time: Int64, missingIn: Set<Int> = []
    ) {
        let length = UInt16(20 + content.count)
        let ip =
            [0x45, 0] + Self.big(length) + [0, 0, 0x40, 0, 64, protocolNumber, 0, 0] + Self.octets[sender]
            + Self.octets[1 - sender]
        let ethernet = mac(1 - sender) + mac(sender) + [8, 0]
        for capture in [sender, 1 - sender] where !missingIn.contains(capture) {
            frames.append(
                Frame(
                    capture: capture, time: capture == sender ? time : time + Self.latency,
                    bytes: ethernet + ip + content))
        }
    }

    private func mac(_ node: Int) -> [UInt8] { [0x52, 0x54, 0, 0, 0, UInt8(node + 1)] }

    private static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// A node's capture as QEMU writes it, with its stamps.
    func pcap(_ capture: Int) -> [UInt8] {
        func word(_ value: Int64) -> [UInt8] { withUnsafeBytes(of: UInt32(value).littleEndian) { Array($0) } }
        var bytes = word(0xA1B2_C3D4) + word(0x0004_0002) + [0, 65_536, 1].flatMap { word($0) }
        bytes.insert(contentsOf: word(0), at: 8)
        for frame in frames.filter({ $0.capture == capture }).sorted(by: { $0.time < $1.time }) {
            let stamp = frame.time - skew[capture]
            bytes += word(stamp / 1_000_000_000) + word(stamp % 1_000_000_000 / 1000)
            bytes += word(Int64(frame.bytes.count)) + word(Int64(frame.bytes.count)) + frame.bytes
        }
        return bytes
    }

    /// Writes captures, logs and readings of the clocks as a run has them.
    ///
    /// - Parameter logs: records of `/dev/kmsg` by node, as their host time and their text.
    func write(to scratch: Scratch, logs: [[(time: Int64, text: String)]] = [[], []]) throws -> [CapturedNode] {
        try ["x86", "arm"].enumerated().map { index, name in
            let folder = "nodes/\(name)"
            let last = frames.filter { $0.capture == index }.map(\.time).max() ?? Self.epoch
            let capture = try scratch.write(pcap(index), to: "captures/\(name).pcap")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(last) / 1e9)], ofItemAtPath: capture)
            let samples = [Self.epoch - 5_000_000, Self.epoch + 900_000_000].map { time in
                "{\"host_before_us\":\(time / 1000 - 200),\"guest_ns\":\(guest(index, time)),"
                    + "\"host_after_us\":\(time / 1000 + 200)}\n"
            }
            try scratch.write(samples.joined(), to: "\(folder)/clock.jsonl")
            let records = logs[index].enumerated().map { number, record in
                "6,\(number),\(guest(index, record.time) / 1000),-;\(record.text)\n"
            }
            try scratch.write(records.joined(), to: "\(folder)/dmesg.raw")
            let files = NodeTraceFiles(
                name: name, label: "", id: Int32(index), directory: "\(scratch.path)/\(folder)")
            return CapturedNode(
                files: files, trace: "\(scratch.path)/\(folder)/trace.txt",
                types: "\(scratch.path)/\(folder)/types.txt", capture: capture,
                mac: try MACAddress(parsing: "52:54:00:00:00:0\(index + 1)"), address: Self.addresses[index])
        }
    }

    /// The timeline of what was made of that.
    static func timeline(of nodes: [CapturedNode]) throws -> Timeline {
        try Timeline.load(
            nodes: nodes.map { node in
                NodeTraceFiles(
                    name: node.files.name, label: "", id: node.files.id,
                    directory: String(node.trace.dropLast("/trace.txt".count)))
            })
    }

    /// A message with a header of ten bytes.
    static func message(_ type: UInt8, from: UInt8, size: Int, _ content: [Int: (value: UInt64, bytes: Int)] = [:])
        -> [UInt8]
    {
        var bytes = [from & 0x3F, type] + withUnsafeBytes(of: UInt64(size).littleEndian) { Array($0) }
        bytes += [UInt8](repeating: 0xEE, count: size - 10)
        for (offset, number) in content {
            for index in 0..<number.bytes {
                bytes[offset + index] = UInt8(truncatingIfNeeded: number.value >> (8 * index))
            }
        }
        return bytes
    }

    /// The kind of kernel that speaks so.
    static func interface() throws -> KernelInterface {
        let path =
            String(#filePath.dropLast("Tests/TraceTests/MadeCapture.swift".count))
            + "Images/kernel/test/legacy/test-legacy.yaml"
        return try KernelInterface(
            yaml: String(decoding: try AtomicFile.contents(of: path), as: UTF8.self), file: path)
    }
}
