import Support

/// A guest's kernel log as files: what the guest gave, and what popcorn-lab makes of it.
package enum KernelLog {
    /// Calls `body` with every message of a node, from its `/dev/kmsg` records and its console log.
    ///
    /// The records are the truth while the guest lives. From the console log come the messages after them: the last
    /// words of a guest that died. Without records, the console log's last boot is all there is.
    /// - Throws: `TraceError.Code.unreadable`, and what `body` throws.
    package static func forEachMessage(
        records: String?, console: String?, _ body: (KernelMessage) throws -> Void
    ) throws {
        var latest: GuestTime?
        if let records {
            var parser = KernelLogParser()
            func take(_ messages: [KernelMessage]) throws {
                for message in messages {
                    latest = max(latest ?? message.time, message.time)
                    if !message.isClockReading { try body(message) }
                }
            }
            try FileBytes.forEachPiece(of: records) { try take(parser.feed($0)) }
            try take(parser.finish())
        }
        guard let console else { return }
        let lastBoot = try reboots(in: console)
        var parser = ConsoleLogParser()
        func take(_ messages: [KernelMessage]) throws {
            for message in messages where message.boot == lastBoot {
                if let latest, message.time <= latest { continue }
                try body(message)
            }
        }
        try FileBytes.forEachPiece(of: console) { try take(parser.feed($0)) }
        try take(parser.finish())
    }

    private static func reboots(in console: String) throws -> Int {
        var parser = ConsoleLogParser()
        try FileBytes.forEachPiece(of: console) { _ = parser.feed($0) }
        _ = parser.finish()
        return parser.reboots
    }

    /// Writes a node's messages as JSON Lines, `{guest_us, host_us, host_error_us, level, facility, text, …}`.
    ///
    /// `level` and `facility` are `null` where the source does not say; `trouble` is there for bad news only.
    /// - Parameter map: the node's clock; without one `host_us` and `host_error_us` are `null`.
    static func writeJSONLines<Sink: ByteSink & ~Copyable>(
        records: String?, console: String?, map: ClockMap?, to sink: inout Sink
    ) throws {
        var line = JSONText()
        try forEachMessage(records: records, console: console) { message in
            line.clear()
            encode(message, map: map, into: &line)
            line.raw("\n")
            try sink.write(line.bytes)
        }
    }

    /// Writes a node's messages as `dmesg` prints them: `[    1.234567] text`.
    package static func writeText<Sink: ByteSink & ~Copyable>(
        records: String?, console: String?, to sink: inout Sink
    ) throws {
        try forEachMessage(records: records, console: console) { try sink.write($0.classicLine + "\n") }
    }

    private static func encode(_ message: KernelMessage, map: ClockMap?, into line: inout JSONText) {
        line.raw("{\"guest_us\":")
        line.microseconds(nanoseconds: message.time.nanoseconds)
        line.raw(",\"host_us\":")
        if let map {
            line.microseconds(nanoseconds: map.hostTime(of: message.time).nanoseconds)
            line.raw(",\"host_error_us\":")
            line.microseconds(map.isAnchored ? map.errorMicroseconds(at: message.time) : .infinity)
        } else {
            line.raw("null,\"host_error_us\":null")
        }
        line.raw(",\"level\":")
        if let level = message.level { line.string(level.name) } else { line.raw("null") }
        line.raw(",\"facility\":")
        if let facility = message.facilityName { line.string(facility) } else { line.raw("null") }
        line.raw(",\"text\":")
        line.string(message.text)
        if let trouble = message.trouble {
            line.raw(",\"trouble\":")
            line.string(trouble.severity.rawValue)
        }
        if let sequence = message.sequence {
            line.raw(",\"seq\":")
            line.number(sequence)
        }
        if !message.fields.isEmpty {
            line.raw(",\"fields\":{")
            var seen: Set<String> = []
            for field in message.fields where seen.insert(field.key).inserted {
                if seen.count > 1 { line.raw(",") }
                line.string(field.key)
                line.raw(":")
                line.string(field.value)
            }
            line.raw("}")
        }
        line.raw("}")
    }
}
