import Topology

/// One connection of the message layer, as the capture of one of its ends shows it.
struct CapturedConnection {
    /// A message at the node whose capture it is.
    struct Sighting {
        var message: CapturedMessage
        /// Node ids.
        var from: Int
        var to: Int
        /// The same for both ends of a connection, and for no other connection.
        var epoch: UInt64
        var isSent: Bool
    }

    private struct Direction {
        var stream = TCPStream()
        var messages: MessageStream?
    }

    private let transport: KernelInterface.Transport
    private let own: Int
    private let peer: Int
    private var sent = Direction()
    private var received = Direction()

    init(_ transport: KernelInterface.Transport, own: Int, peer: Int) {
        self.transport = transport
        self.own = own
        self.peer = peer
    }

    /// Bytes that belong to no message that could be found, and how often that happened.
    var skipped: (bytes: Int, times: Int) {
        let both = [sent, received].compactMap(\.messages)
        return (both.map(\.skippedBytes).reduce(0, +), both.map(\.losses).reduce(0, +))
    }

    mutating func take(_ segment: TCPSegment, isSent: Bool, _ body: (Sighting) throws -> Void) throws {
        let epoch = UInt64(segment.sourcePort) << 16 | UInt64(segment.destinationPort)
        let back = UInt64(segment.destinationPort) << 16 | UInt64(segment.sourcePort)
        var forward = isSent ? sent : received
        var reverse = isSent ? received : sent
        for piece in forward.stream.take(segment) { try take(piece, &forward, isSent: isSent, epoch, body) }
        // What it acknowledges is of the other direction.
        if let acknowledged = segment.acknowledged {
            for piece in reverse.stream.acknowledge(acknowledged) {
                try take(piece, &reverse, isSent: !isSent, back, body)
            }
        }
        (sent, received) = isSent ? (forward, reverse) : (reverse, forward)
    }

    private func take(
        _ piece: TCPStream.Piece, _ direction: inout Direction, isSent: Bool, _ epoch: UInt64,
        _ body: (Sighting) throws -> Void
    ) throws {
        if direction.messages == nil {
            direction.messages = MessageStream(
                transport, sender: isSent ? own : peer, moment: isSent ? .begin : .end,
                isWhole: direction.stream.isWhole)
        }
        let (from, to) = isSent ? (own, peer) : (peer, own)
        try direction.messages?.take(piece) { message in
            try body(Sighting(message: message, from: from, to: to, epoch: epoch, isSent: isSent))
        }
    }
}
