import Topology

/// What a run has of a node whose kernel has no trace of ours.
package struct CapturedNode: Sendable {
    /// The files of the node, without a trace.
    package var files: NodeTraceFiles
    /// Where its trace and its types of messages are to be written.
    package var trace: String
    package var types: String
    /// Its packets, if they were captured.
    package var capture: String?
    /// Of the captured card.
    package var mac: MACAddress
    /// By which its peers know it.
    package var address: IPv4Address

    /// Names what there is of a node, and what is to be made of it.
    package init(
        files: NodeTraceFiles, trace: String, types: String, capture: String?, mac: MACAddress, address: IPv4Address
    ) {
        self.files = files
        self.trace = trace
        self.types = types
        self.capture = capture
        self.mac = mac
        self.address = address
    }
}

/// Reads one node's capture, message by message, in the order of its time.
struct CapturedMessageReader: ~Copyable {
    private struct Key: Hashable {
        var peer: Int
        var ownPort: UInt16
        var peerPort: UInt16
    }

    private let transport: KernelInterface.Transport
    private let own: Int
    private let address: IPv4Address
    private let nodes: [IPv4Address: Int]
    private var reader: PcapReader
    private var connections: [Key: CapturedConnection] = [:]
    private var pending: [(time: Int64, sighting: CapturedConnection.Sighting)] = []
    private var place = 0

    /// - Parameter nodes: the id of each node by its address.
    init(
        _ path: String, _ transport: KernelInterface.Transport, own: Int, address: IPv4Address,
        nodes: [IPv4Address: Int]
    ) throws {
        self.transport = transport
        self.own = own
        self.address = address
        self.nodes = nodes
        reader = try PcapReader.open(path)
    }

    /// Why the capture ends early, if it does.
    var note: String? { reader.note }

    /// Bytes of the message layer that belong to no message that could be found, and how often that happened.
    var skipped: (bytes: Int, times: Int) {
        connections.values.map(\.skipped).reduce((0, 0)) { ($0.0 + $1.bytes, $0.1 + $1.times) }
    }

    /// The next message, with the capture's time of it in ns; `nil` at the end.
    mutating func next() throws -> (time: Int64, sighting: CapturedConnection.Sighting)? {
        while place == pending.count {
            pending = []
            place = 0
            guard let packet = try reader.next() else { return nil }
            try take(packet)
        }
        defer { place += 1 }
        return pending[place]
    }

    private mutating func take(_ packet: CapturedPacket) throws {
        guard let frame = EthernetFrame(packet.bytes), case .tcp(let segment) = frame.payload,
            [segment.sourcePort, segment.destinationPort].contains(UInt16(truncatingIfNeeded: transport.port))
        else { return }
        let isSent = frame.source == address
        guard isSent || frame.destination == address, let peer = nodes[isSent ? frame.destination : frame.source],
            peer != own
        else { return }
        let key = Key(
            peer: peer, ownPort: isSent ? segment.sourcePort : segment.destinationPort,
            peerPort: isSent ? segment.destinationPort : segment.sourcePort)
        var connection = connections[key] ?? CapturedConnection(transport, own: own, peer: peer)
        var found: [CapturedConnection.Sighting] = []
        try connection.take(segment, isSent: isSent) { found.append($0) }
        connections[key] = connection
        pending += found.map { (packet.time, $0) }
    }
}
