/// One node's capture of its NIC.
public struct CaptureSource: Equatable, Sendable {
    /// The node's name, which becomes the interface's.
    public var node: String
    /// The pcap file.
    public var path: String
    /// The NIC's address: with it the capture tells what was sent from what was received.
    public var mac: MACAddress?
    /// Readings of the capture's clock, see `CaptureClock.anchor(of:)`.
    public var anchors: [ClockSample]

    public init(node: String, path: String, mac: MACAddress? = nil, anchors: [ClockSample] = []) {
        self.node = node
        self.path = path
        self.mac = mac
        self.anchors = anchors
    }
}

/// An Ethernet address.
public struct MACAddress: Hashable, Sendable {
    /// In the lower 48 bits, the first byte on the wire highest.
    let value: UInt64

    /// Reads `52:54:00:12:34:56`; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var value: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, let byte = UInt8(part, radix: 16) else { return nil }
            value = value << 8 | UInt64(byte)
        }
        self.value = value
    }

    init(_ bytes: ArraySlice<UInt8>) { value = bytes.prefix(6).reduce(0) { $0 << 8 | UInt64($1) } }
}

extension CapturedPacket {
    /// Which way the Ethernet frame went, as its source address says.
    func direction(at mac: MACAddress?) -> PcapngDirection {
        guard let mac, bytes.count >= 14 else { return .unknown }
        return MACAddress(bytes[6..<12]) == mac ? .outbound : .inbound
    }
}
