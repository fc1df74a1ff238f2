import Support

/// Finds the kernel's messages in what a guest wrote to its serial console, which is all that a dead guest leaves.
///
/// A message is `[    1.234567] text`, with the caller between (`[   T12]`) if the kernel prints it. What user space
/// wrote has no stamp and is left out; a shell's prompt before a stamp, terminal colours and `\r` do no harm.
package struct ConsoleLogParser: Sendable {
    /// Lines without a stamp.
    private(set) var otherLines = 0
    /// How often the clock jumped back to near zero: the guest booted again.
    private(set) var reboots = 0

    private var lines = LineSplitter()
    private var latest = GuestTime(nanoseconds: 0)

    /// Makes a parser that has seen nothing yet; the log may begin in the middle of a line.
    package init() {}

    /// Takes the next bytes and returns the messages whose lines are complete with them.
    package mutating func feed(_ bytes: [UInt8]) -> [KernelMessage] {
        lines.feed(bytes).compactMap { take($0) }
    }

    /// Ends the stream; the guest may have died in the middle of a line.
    package mutating func finish() -> [KernelMessage] {
        guard let line = lines.finish(), let message = take(line) else { return [] }
        return [message]
    }

    private mutating func take(_ raw: ArraySlice<UInt8>) -> KernelMessage? {
        let line = Self.withoutTerminalCodes(raw)
        guard !line.isEmpty else { return nil }
        guard let (time, afterStamp) = Self.stamp(in: line) else {
            otherLines += 1
            return nil
        }
        // Messages of two CPUs may be out of order by microseconds; a boot starts at zero.
        if time.nanoseconds + 1_000_000_000 < latest.nanoseconds, time.nanoseconds < 500_000_000 {
            reboots += 1
            latest = time
        }
        latest = max(latest, time)
        var rest = Self.withoutCaller(afterStamp)
        if rest.first == UInt8(ascii: " ") { rest.removeFirst() }
        return KernelMessage(time: time, text: text(rest), boot: reboots)
    }

    private static func stamp(in line: ArraySlice<UInt8>) -> (GuestTime, ArraySlice<UInt8>)? {
        var from = line.startIndex
        while let bracket = line[from...].firstIndex(of: UInt8(ascii: "[")) {
            var cursor = LineScanner(line[(bracket + 1)...])
            cursor.skipSpaces()
            let before = cursor.rest
            if let time = cursor.stamp(), cursor.skip(UInt8(ascii: "]")), hasSixDecimals(before) {
                return (time, cursor.rest)
            }
            from = bracket + 1
        }
        return nil
    }

    private static func hasSixDecimals(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), let end = bytes.firstIndex(of: UInt8(ascii: "]"))
        else { return false }
        return end - point == 7
    }

    /// Drops `[   T12]` or `[    C0]` (CONFIG_PRINTK_CALLER).
    private static func withoutCaller(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var cursor = LineScanner(bytes)
        guard cursor.skip(UInt8(ascii: "[")) else { return bytes }
        cursor.skipSpaces()
        guard cursor.skip(UInt8(ascii: "T")) || cursor.skip(UInt8(ascii: "C")), cursor.number() != nil,
            cursor.skip(UInt8(ascii: "]"))
        else { return bytes }
        return cursor.rest
    }

    /// Drops `\r`, NUL and escape sequences (`ESC [ … letter`).
    private static func withoutTerminalCodes(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.contains(where: { $0 < 0x20 && $0 != 0x09 }) else { return line }
        var result: ArraySlice<UInt8> = []
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            index += 1
            if byte == 0x1B {
                guard index < line.endIndex, line[index] == UInt8(ascii: "[") else { continue }
                index += 1
                while index < line.endIndex, !(0x40...0x7E).contains(line[index]) { index += 1 }
                if index < line.endIndex { index += 1 }
            } else if byte >= 0x20 || byte == 0x09 {
                result.append(byte)
            }
        }
        return result
    }
}
