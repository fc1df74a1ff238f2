import Support

/// Reads the records that `/dev/kmsg` gives, however the stream of them is cut into pieces.
///
/// `prio,sequence,µs,flags[,more…];text`, then any number of lines ` KEY=value`; unprintable bytes come as `\xHH`
/// (Documentation/ABI/testing/dev-kmsg). What is not a record is counted and left out.
package struct KernelLogParser: Sendable {
    /// Lines that were neither a record nor a field of one.
    private(set) var garbageLines = 0
    /// Records that the kernel overwrote before they could be read: gaps in the sequence.
    private(set) var lostRecords: UInt64 = 0

    private var lines = LineSplitter()
    private var open: KernelMessage?
    private var lastSequence: UInt64?

    /// Makes a parser that has seen nothing yet; the stream may begin at any record.
    package init() {}

    /// Takes the next bytes and returns the messages that are complete with them.
    package mutating func feed(_ bytes: [UInt8]) -> [KernelMessage] {
        lines.feed(bytes).compactMap { take($0) }
    }

    /// Gives up the message that waits for fields, of which nobody knows whether they come.
    ///
    /// For a live log, where each read gives a whole record: without this a line shows only when the next is said.
    package mutating func flush() -> [KernelMessage] {
        open.take().map { [$0] } ?? []
    }

    /// Ends the stream: a last record without its newline still counts.
    package mutating func finish() -> [KernelMessage] {
        let before = lines.finish().flatMap { take($0) }
        return [before, open.take()].compactMap(\.self)
    }

    /// The message that is complete because another line follows its fields.
    private mutating func take(_ line: ArraySlice<UInt8>) -> KernelMessage? {
        if line.isEmpty { return nil }
        if line.first == UInt8(ascii: " ") {
            if open != nil, let field = Self.field(line.dropFirst()) {
                open?.fields.append(field)
            } else {
                garbageLines += 1
            }
            return nil
        }
        let before = open.take()
        guard let message = Self.record(line) else {
            garbageLines += 1
            return before
        }
        if let last = lastSequence, let sequence = message.sequence, sequence > last + 1 {
            lostRecords += sequence - last - 1
        }
        lastSequence = message.sequence
        open = message
        return before
    }

    private static func record(_ line: ArraySlice<UInt8>) -> KernelMessage? {
        var cursor = LineScanner(line)
        let comma = UInt8(ascii: ",")
        guard let priority = cursor.number(), priority < 1 << 16, cursor.skip(comma),
            let sequence = cursor.number(), sequence < .max, cursor.skip(comma),
            let time = cursor.number(), time < 1 << 52, cursor.skip(comma),
            let flags = cursor.upTo(UInt8(ascii: ";")), let kind = flags.first
        else { return nil }
        return KernelMessage(
            sequence: sequence, time: GuestTime(microseconds: Int64(time)),
            level: KernelMessage.Level(rawValue: UInt8(priority & 7)), facility: UInt(priority >> 3),
            text: ByteText.text(unescaped(cursor.rest)), isFragment: kind != UInt8(ascii: "-"))
    }

    private static func field(_ line: ArraySlice<UInt8>) -> KernelMessage.Field? {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > line.startIndex else { return nil }
        return KernelMessage.Field(
            key: ByteText.text(unescaped(line[..<equals])), value: ByteText.text(unescaped(line[(equals + 1)...])))
    }

    /// Turns `\xHH` back into the byte it stands for; anything else stays as it is.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let backslash = UInt8(ascii: "\\")
        guard bytes.contains(backslash) else { return bytes }
        var result: ArraySlice<UInt8> = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == backslash, index + 3 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "x"),
                let high = nibble(bytes[index + 2]), let low = nibble(bytes[index + 3])
            {
                result.append(high << 4 | low)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
