/// Writes one pcapng section with several interfaces (draft-ietf-opsawg-pcapng): little-endian, stamps in nanoseconds.
struct PcapngWriter<Sink: ByteSink & ~Copyable>: ~Copyable {

    private var sink: Sink

    init(_ sink: consuming Sink) throws {
        self.sink = sink
        var body = Block()
        body.add(UInt32(0x1A2B_3C4D))
        body.add(UInt16(1))
        body.add(UInt16(0))
        // The section's length is not known when it begins.
        body.add(UInt32.max)
        body.add(UInt32.max)
        body.option(4, Array("popcorn-lab".utf8))
        body.endOptions()
        try self.sink.write(body.framed(type: 0x0A0D_0D0A))
    }

    /// Adds an interface; the first is number 0. All must come before the packets.
    mutating func interface(name: String, linkType: UInt16, snapLength: UInt32) throws {
        var body = Block()
        body.add(linkType)
        body.add(UInt16(0))
        body.add(snapLength)
        body.option(2, Array(name.utf8))
        // if_tsresol: 10^-9 s.
        body.option(9, [9])
        body.endOptions()
        try sink.write(body.framed(type: 1))
    }

    /// - Parameter time: nanoseconds since the epoch.
    mutating func packet(_ packet: CapturedPacket, at time: Int64, interface: Int, direction: PcapngDirection) throws {
        var body = Block()
        body.add(UInt32(truncatingIfNeeded: interface))
        body.add(UInt32(truncatingIfNeeded: time >> 32))
        body.add(UInt32(truncatingIfNeeded: time))
        body.add(UInt32(truncatingIfNeeded: packet.bytes.count))
        body.add(packet.originalLength)
        body.padded(packet.bytes)
        if direction != .unknown {
            // epb_flags: bits 0 and 1 are the direction.
            body.option(2, (0..<4).map { UInt8(truncatingIfNeeded: direction.rawValue >> ($0 * 8)) })
            body.endOptions()
        }
        try sink.write(body.framed(type: 6))
    }

    consuming func end() -> Sink { sink }

    private struct Block {
        private var bytes: [UInt8] = []

        mutating func add(_ value: UInt16) {
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }

        mutating func add(_ value: UInt32) {
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }

        mutating func padded(_ more: [UInt8]) {
            bytes += more
            while bytes.count % 4 != 0 { bytes.append(0) }
        }

        mutating func option(_ code: UInt16, _ value: [UInt8]) {
            let value = value.prefix(Int(UInt16.max))
            add(code)
            add(UInt16(value.count))
            padded(Array(value))
        }

        mutating func endOptions() { add(UInt32(0)) }

        func framed(type: UInt32) -> [UInt8] {
            var frame = Block()
            let length = UInt32(bytes.count + 12)
            frame.add(type)
            frame.add(length)
            frame.bytes += bytes
            frame.add(length)
            return frame.bytes
        }
    }
}

/// Which way a packet went, as pcapng's `epb_flags` encode it.
enum PcapngDirection: UInt32 {
    case unknown = 0
    case inbound = 1
    case outbound = 2
}
