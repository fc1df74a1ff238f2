import Topology

/// A message as one direction of a connection shows it.
struct CapturedMessage {
    /// The place of its first byte in the stream, which names it on both sides.
    var place: UInt64
    var type: Int
    /// Bytes, with the header.
    var size: Int
    /// Its first bytes, as far as fields of the interface reach.
    var head: [UInt8]

    /// A number in it; `nil` if the message is too short for it.
    func number(_ field: KernelInterface.Place?) -> UInt64? {
        guard let field, field.end <= head.count else { return nil }
        return head[field.offset..<field.end].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Cuts one direction of a connection into messages, by what their header says.
///
/// A stream of which the beginning or a part is missing is searched for the next message: for a header that makes sense and
/// that is followed by another, or by the end of what has come.
struct MessageStream {
    /// When a message counts.
    enum Moment {
        /// As soon as its header has come: it is being sent.
        case begin
        /// When its last byte has come: it is received.
        case end
    }

    private let transport: KernelInterface.Transport
    private let header: KernelInterface.Header
    private let known: [Int: KernelInterface.Message]
    /// The sender's node id.
    private let sender: Int
    private let moment: Moment
    /// How much of a message is kept.
    private let headBytes: Int

    private var buffer: [UInt8] = []
    /// Of the buffer's first byte.
    private var place: UInt64 = 0
    private var isSynchronous: Bool
    /// Of the message that goes on, what is still to come.
    private var rest = 0
    private var open: CapturedMessage?
    /// Bytes that belong to no message that could be found.
    private(set) var skippedBytes = 0
    /// How often the messages' order was lost.
    private(set) var losses = 0

    /// - Parameter isWhole: whether the stream begins with a message.
    init?(_ transport: KernelInterface.Transport, sender: Int, moment: Moment, isWhole: Bool) {
        guard let header = transport.header else { return nil }
        self.transport = transport
        self.header = header
        self.sender = sender
        self.moment = moment
        isSynchronous = isWhole
        known = Dictionary(transport.messages.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
        headBytes = max(
            transport.headerBytes, transport.messages.flatMap { $0.fields.values.map(\.end) }.max() ?? 0)
    }

    /// Takes the next piece of the stream, and calls `body` with each message that counts by it.
    mutating func take(_ piece: TCPStream.Piece, _ body: (CapturedMessage) throws -> Void) rethrows {
        switch piece {
        case .gap(let place): skip(to: place)
        case .bytes(let bytes, let place):
            if buffer.isEmpty, rest == 0 { self.place = place }
            try feed(bytes, body)
        }
    }

    private mutating func feed(_ bytes: ArraySlice<UInt8>, _ body: (CapturedMessage) throws -> Void) rethrows {
        var bytes = bytes
        if rest > 0, buffer.isEmpty {
            let part = min(rest, bytes.count)
            bytes = bytes.dropFirst(part)
            place += UInt64(part)
            rest -= part
            if rest == 0, let message = open.take(), moment == .end { try body(message) }
        }
        buffer += bytes
        while try takeOne(body) {}
    }

    /// Takes a message from the buffer's beginning; `false` if more has to come first.
    private mutating func takeOne(_ body: (CapturedMessage) throws -> Void) rethrows -> Bool {
        guard rest == 0 else { return false }
        if !isSynchronous, !search() { return false }
        guard buffer.count >= transport.headerBytes else { return false }
        guard let (type, size) = plausible(at: 0) else {
            isSynchronous = false
            losses += 1
            return true
        }
        let wanted = min(size, headBytes)
        guard buffer.count >= wanted else { return false }
        let message = CapturedMessage(place: place, type: type, size: size, head: Array(buffer[..<wanted]))
        let part = min(size, buffer.count)
        if moment == .begin || part == size { try body(message) } else { open = message }
        rest = size - part
        drop(part)
        return rest == 0
    }

    /// Drops what is before a plausible message; `false` if none is sure yet.
    private mutating func search() -> Bool {
        var offset = 0
        while offset + transport.headerBytes <= buffer.count {
            if let (_, size) = plausible(at: offset), isConfirmed(offset + size) {
                skippedBytes += offset
                drop(offset)
                isSynchronous = true
                return true
            }
            // Whether this is one shows only when all of it has come.
            if let (_, size) = plausible(at: offset), offset + size + transport.headerBytes > buffer.count { break }
            offset += 1
        }
        skippedBytes += offset
        drop(offset)
        return false
    }

    private func isConfirmed(_ end: Int) -> Bool {
        end == buffer.count || (end + transport.headerBytes <= buffer.count && plausible(at: end) != nil)
    }

    private func plausible(at offset: Int) -> (type: Int, size: Int)? {
        func number(_ field: KernelInterface.BitField) -> UInt64 {
            var value: UInt64 = 0
            for bit in 0..<field.bits {
                let place = field.bit + bit
                value |= UInt64(buffer[offset + place / 8] >> UInt8(place % 8) & 1) << UInt64(bit)
            }
            return value
        }
        if let from = header.from, number(from) != UInt64(sender) { return nil }
        let type = Int(truncatingIfNeeded: number(header.type))
        guard let message = known[type], let size = Int(exactly: number(header.size)), size >= transport.headerBytes,
            size <= transport.largestBytes, message.bytes == nil || message.bytes == size
        else { return nil }
        return (type, size)
    }

    private mutating func drop(_ count: Int) {
        buffer.removeFirst(count)
        place += UInt64(count)
    }

    /// The capture lacks what comes before this place. A message that goes on after it is whole for all that matters.
    private mutating func skip(to target: UInt64) {
        let missing = Int(target - (place + UInt64(buffer.count)))
        if rest > missing, buffer.isEmpty {
            rest -= missing
            place = target
            return
        }
        open = nil
        skippedBytes += buffer.count
        losses += 1
        buffer = []
        rest = 0
        place = target
        isSynchronous = false
    }
}
