/// One direction of a TCP connection, put together from its segments as a capture has them.
///
/// Segments may come twice, out of order and cut differently. What the capture has lost is known to be lost as soon as the
/// receiver has acknowledged it: nobody sends that again.
struct TCPStream {
    /// A part of the stream.
    enum Piece {
        /// The bytes from a place on.
        case bytes(ArraySlice<UInt8>, at: UInt64)
        /// The capture has nothing of what comes before this place.
        case gap(before: UInt64)
    }

    /// The place of the next byte; `nil` before the first segment. Places run on where the 32 bits of the wire wrap around.
    private(set) var next: UInt64?
    /// Segments behind a hole, by their places.
    private var waiting: [UInt64: ArraySlice<UInt8>] = [:]
    private var waitingBytes = 0
    /// Whether the connection's first segment was seen, so that the stream begins with a message.
    private(set) var isWhole = false

    /// More than any window of ours (tcp_rmem): who waits for more waits in vain.
    private static let mostWaiting = 16 << 20

    /// The place of a number of the wire, near the next one.
    private func place(_ sequence: UInt32) -> UInt64 {
        guard let next else { return UInt64(sequence) + Self.base }
        return UInt64(Int64(next) + Int64(Int32(truncatingIfNeeded: Int64(sequence) - Int64(next & 0xFFFF_FFFF))))
    }

    /// Room for what is a little before the first segment.
    private static let base: UInt64 = 1 << 32

    /// Takes a segment of this direction, and gives what is next of the stream because of it.
    mutating func take(_ segment: TCPSegment) -> [Piece] {
        if segment.isOpening {
            // Only the first of them begins the stream: it may be repeated.
            if next == nil {
                next = UInt64(segment.sequence &+ 1) + Self.base
                isWhole = true
            }
            return []
        }
        guard !segment.payload.isEmpty else { return [] }
        let start = place(segment.sequence)
        if next == nil { next = start }
        guard let next, start + UInt64(segment.payload.count) > next else { return [] }
        if segment.payload.count > waiting[start]?.count ?? 0 {
            waitingBytes += segment.payload.count - (waiting[start]?.count ?? 0)
            waiting[start] = segment.payload
        }
        return drain(skippingTo: waitingBytes > Self.mostWaiting ? waiting.keys.min() : nil)
    }

    /// Takes what the other side says that it has received.
    mutating func acknowledge(_ number: UInt32) -> [Piece] {
        guard let next else { return [] }
        let acknowledged = place(number)
        guard acknowledged > next else { return [] }
        // It may have said so of a segment behind the hole, too: all before is received.
        let first = waiting.keys.filter { $0 >= next }.min() ?? acknowledged
        return drain(skippingTo: min(first, acknowledged))
    }

    private mutating func drain(skippingTo target: UInt64?) -> [Piece] {
        guard var place = next else { return [] }
        var pieces: [Piece] = []
        if let target, target > place {
            pieces.append(.gap(before: target))
            place = target
        }
        while let start = waiting.keys.filter({ $0 <= place }).min(), let bytes = waiting.removeValue(forKey: start) {
            waitingBytes -= bytes.count
            let known = Int(place - start)
            guard known < bytes.count else { continue }
            pieces.append(.bytes(bytes.dropFirst(known), at: place))
            place += UInt64(bytes.count - known)
        }
        next = place
        return pieces
    }
}
