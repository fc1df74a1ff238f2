import Support

/// A packet of a capture.
struct CapturedPacket {
    /// Nanoseconds since the epoch on the capture's own clock, see `CaptureClock`.
    var time: Int64
    /// What was captured of it, from the link layer's header on.
    var bytes: [UInt8]
    /// How long it was on the wire.
    var originalLength: UInt32
}

/// Reads a classic pcap file packet by packet: µs and ns stamps, either byte order (draft-ietf-opsawg-pcap).
struct PcapReader: ~Copyable {
    /// The link layer, LINKTYPE_ETHERNET (1) for QEMU.
    private(set) var linkType: UInt16 = 1
    private(set) var snapLength: UInt32 = 65_536
    /// Why reading stopped before the file's end was a packet's end; `nil` if it did not.
    private(set) var note: String?

    private let path: String
    private var file: FileBytes
    private var buffer: [UInt8] = []
    private var place = 0
    private var isSwapped = false
    private var isNanoseconds = false
    private var atEnd = false

    /// No capture of ours has packets near this size: a larger length is damage.
    private static let largestPacket: UInt32 = 1 << 20

    /// Opens the file and reads its header.
    ///
    /// A file that ends before its header does holds no packets: its writer was killed at once.
    /// - Throws: `TraceError`: `.unreadable`, or `.malformed` if it is no pcap file.
    static func open(_ path: String) throws -> PcapReader {
        var reader = PcapReader(path: path, file: try FileBytes(path))
        try reader.readHeader()
        return reader
    }

    private init(path: String, file: consuming FileBytes) {
        self.path = path
        self.file = file
    }

    private mutating func readHeader() throws {
        guard try fill(24) else {
            note = "\(path) ends before the header of a capture does"
            atEnd = true
            return
        }
        let magic = try word(0)
        switch magic {
        case 0xA1B2_C3D4: break
        case 0xD4C3_B2A1: isSwapped = true
        case 0xA1B2_3C4D: isNanoseconds = true
        case 0x4D3C_B2A1: (isSwapped, isNanoseconds) = (true, true)
        default:
            throw TraceError(
                .malformed, "\(path) is no pcap file: it starts with 0x\(String(magic, radix: 16))",
                hint: "captures must be in the classic pcap format that QEMU's filter-dump writes")
        }
        snapLength = try word(16)
        // The upper bits say how long a frame's checksum is, which does not change the rest.
        linkType = UInt16(truncatingIfNeeded: try word(20))
        place += 24
    }

    /// The next packet; `nil` at the end, whether the file ends well or not (see `note`).
    mutating func next() throws -> CapturedPacket? {
        guard !atEnd else { return nil }
        guard try fill(16) else {
            if buffer.count > place { note = "\(path) ends in the middle of a packet, which was left out" }
            atEnd = true
            return nil
        }
        let seconds = Int64(try word(0))
        let fraction = Int64(try word(4))
        let captured = try word(8)
        let original = try word(12)
        guard captured <= Self.largestPacket, fraction < (isNanoseconds ? 1_000_000_000 : 1_000_000) else {
            note = "\(path) is damaged after byte \(consumed): the rest was left out"
            atEnd = true
            return nil
        }
        guard try fill(16 + Int(captured)) else {
            note = "\(path) ends in the middle of a packet, which was left out"
            atEnd = true
            return nil
        }
        let begin = place + 16
        let packet = CapturedPacket(
            time: seconds * 1_000_000_000 + fraction * (isNanoseconds ? 1 : 1000),
            bytes: Array(buffer[begin..<(begin + Int(captured))]), originalLength: max(original, captured))
        place = begin + Int(captured)
        return packet
    }

    private var dropped = 0
    private var consumed: Int { dropped + place }

    /// Makes `count` bytes from `place` on available; false if the file has fewer.
    private mutating func fill(_ count: Int) throws -> Bool {
        while buffer.count - place < count {
            let piece = try file.next()
            if piece.isEmpty { return false }
            if place > 0 {
                buffer.removeFirst(place)
                dropped += place
                place = 0
            }
            buffer += piece
        }
        return true
    }

    /// A number of the header at `place`, which `fill` has made available.
    private func word(_ offset: Int) throws -> UInt32 {
        let end = TraceError(.malformed, "\(path) ends in the middle of a header")
        let value: UInt32 = try ByteReader(buffer, failure: end).number(at: place + offset)
        return isSwapped ? value.byteSwapped : value
    }
}
