import Topology

/// One node's capture of its NIC.
package struct CaptureSource: Equatable, Sendable {
    /// The node's name, which becomes the interface's.
    package var node: String
    /// The pcap file.
    package var path: String
    /// The NIC's address: with it the capture tells what was sent from what was received.
    package var mac: MACAddress?
    /// Readings of the capture's clock, see `CaptureClock.anchor(of:)`.
    package var anchors: [ClockSample]

    /// Makes a source; by default neither its packets' directions nor its relation to the host's clock is known.
    package init(node: String, path: String, mac: MACAddress? = nil, anchors: [ClockSample] = []) {
        self.node = node
        self.path = path
        self.mac = mac
        self.anchors = anchors
    }
}

extension CapturedPacket {
    /// Which way the Ethernet frame went, as its source address says.
    func direction(at mac: MACAddress?) -> PcapngDirection {
        guard let mac, bytes.count >= 14 else { return .unknown }
        return mac.bytes.elementsEqual(bytes[6..<12]) ? .outbound : .inbound
    }
}
