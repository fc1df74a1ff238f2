import Topology

/// A TCP segment or a UDP datagram over IPv4 in an Ethernet frame (RFC 791, 9293, 768). Fragments are nothing of ours: a kernel's
/// segments are no larger than its link takes.
struct EthernetFrame {
    enum Payload {
        case tcp(TCPSegment)
        /// The content of a datagram to the discard port (RFC 863), by which popcorn-lab marks a moment in captures.
        case discarded(ArraySlice<UInt8>)
    }

    var source: IPv4Address
    var destination: IPv4Address
    var payload: Payload

    private static let discardPort: UInt16 = 9

    /// `nil` for every other frame, and for one that is damaged.
    init?(_ bytes: [UInt8]) {
        // Two addresses, then the type: 0x0800 is IPv4.
        guard bytes.count >= 34, bytes[12] == 8, bytes[13] == 0, bytes[14] >> 4 == 4 else { return nil }
        let header = Int(bytes[14] & 15) * 4
        let total = Int(bytes[16]) << 8 | Int(bytes[17])
        let isFragment = bytes[20] & 0x3F != 0 || bytes[21] != 0
        // What was not captured of it is missing at the end.
        let end = min(14 + total, bytes.count)
        guard header >= 20, !isFragment, 14 + header < end else { return nil }
        source = IPv4Address(bytes[26], bytes[27], bytes[28], bytes[29])
        destination = IPv4Address(bytes[30], bytes[31], bytes[32], bytes[33])
        let content = bytes[(14 + header)..<end]
        switch bytes[23] {
        case 6:
            guard let segment = TCPSegment(content) else { return nil }
            payload = .tcp(segment)
        case 17:
            guard content.count >= 8, TCPSegment.number(content, 2) == Self.discardPort else { return nil }
            payload = .discarded(content.dropFirst(8))
        default: return nil
        }
    }
}

/// What matters of a TCP segment.
struct TCPSegment {
    var sourcePort: UInt16
    var destinationPort: UInt16
    /// Of the payload's first byte, or of SYN itself.
    var sequence: UInt32
    /// The next byte that the sender expects; `nil` if it says nothing of that.
    var acknowledged: UInt32?
    var isOpening: Bool
    var payload: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 20 else { return nil }
        let start = bytes.startIndex
        let header = Int(bytes[start + 12] >> 4) * 4
        guard header >= 20, header <= bytes.count else { return nil }
        sourcePort = Self.number(bytes, 0)
        destinationPort = Self.number(bytes, 2)
        sequence = Self.number(bytes, 4)
        let flags = bytes[start + 13]
        acknowledged = flags & 0x10 != 0 ? Self.number(bytes, 8) : nil
        isOpening = flags & 0x02 != 0
        payload = bytes.dropFirst(header)
    }

    /// A number in network byte order.
    static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Number {
        let start = bytes.startIndex + offset
        return bytes[start..<(start + Number.bitWidth / 8)].reduce(0) { $0 << 8 | Number($1) }
    }
}
