import Support

/// Reads the text of tracefs' `trace` and `trace_pipe`, however the stream of it is cut into pieces.
///
/// `  task-123   (  120) [000] d..1.  1234.567890: name: text`; the thread group's id and the flags may be absent
/// (kernel/trace/trace_output.c, Linux 4.4 to 6.x). Comments and damaged lines are counted and left out.
struct FtraceParser: Sendable {
    /// Lines that are no event and no comment.
    private(set) var garbageLines = 0
    /// Events that the kernel dropped because the buffer was full, as far as the text says.
    private(set) var lostEvents: UInt64 = 0
    /// Lines whose stamp is a bare counter: the trace clock was `counter`, `uptime` or `x86-tsc`.
    private(set) var unknownClockLines = 0

    private var lines = LineSplitter()

    init() {}

    /// Calls `body` with each event that is complete with `bytes`.
    mutating func feed(_ bytes: [UInt8], _ body: (FtraceEvent) throws -> Void) rethrows {
        for line in lines.feed(bytes) {
            if let event = take(line) { try body(event) }
        }
    }

    /// Ends the stream. A last line without a newline was cut off and is not an event.
    mutating func finish() {
        if lines.finish() != nil { garbageLines += 1 }
    }

    private mutating func take(_ line: ArraySlice<UInt8>) -> FtraceEvent? {
        guard let first = line.first else { return nil }
        if first == UInt8(ascii: "#") {
            countOverwritten(line)
            return nil
        }
        if first == UInt8(ascii: "C"), line.starts(with: "CPU:".utf8), let lost = Self.lost(line) {
            lostEvents += lost
            return nil
        }
        guard let header = Self.header(line) else {
            garbageLines += 1
            return nil
        }
        var cursor = header.rest
        guard let time = cursor.stamp() else {
            if cursor.number() != nil { unknownClockLines += 1 } else { garbageLines += 1 }
            return nil
        }
        guard cursor.skip(UInt8(ascii: ":")), cursor.skip(UInt8(ascii: " ")) else {
            garbageLines += 1
            return nil
        }
        var event = FtraceEvent(
            task: header.task, pid: header.pid, cpu: header.cpu, time: time, name: "", fields: [])
        Self.readBody(cursor.rest, into: &event)
        return event
    }

    /// `# entries-in-buffer/entries-written: 140/150   #P:2`: the difference was overwritten.
    private mutating func countOverwritten(_ line: ArraySlice<UInt8>) {
        let label = "# entries-in-buffer/entries-written: "
        guard line.starts(with: label.utf8) else { return }
        var cursor = LineScanner(line.dropFirst(label.utf8.count))
        guard let held = cursor.number(), cursor.skip(UInt8(ascii: "/")), let written = cursor.number(),
            written > held
        else { return }
        lostEvents += written - held
    }

    /// `CPU:1 [LOST 23 EVENTS]`, or `[LOST EVENTS]` where the kernel does not know how many.
    private static func lost(_ line: ArraySlice<UInt8>) -> UInt64? {
        var cursor = LineScanner(line.dropFirst(4))
        guard cursor.number() != nil, cursor.skip(UInt8(ascii: " ")), cursor.rest.starts(with: "[LOST ".utf8) else {
            return nil
        }
        cursor = LineScanner(cursor.rest.dropFirst(6))
        return cursor.number() ?? 1
    }

    private struct Header {
        var task: String
        var pid: Int32
        var cpu: Int32
        var rest: LineScanner
    }

    /// Finds `-pid [cpu]`: the task's name before it may hold anything, even spaces, dashes and brackets.
    private static func header(_ line: ArraySlice<UInt8>) -> Header? {
        var from = line.startIndex
        while let bracket = line[from...].firstIndex(of: UInt8(ascii: "[")) {
            from = bracket + 1
            var cursor = LineScanner(line[from...])
            guard let cpu = cursor.number(), cpu < 65_536, cursor.skip(UInt8(ascii: "]")),
                cursor.skip(UInt8(ascii: " ")), let (task, pid) = taskAndPid(line[..<bracket])
            else { continue }
            cursor.skipSpaces()
            // The flags, if the option irq-info is on: they start with no digit (`.`, `d`, `D`, `b`, `X`).
            if let byte = cursor.next, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                guard cursor.upTo(UInt8(ascii: " ")) != nil else { return nil }
                skipDelayMark(&cursor)
            }
            return Header(task: task, pid: pid, cpu: Int32(cpu), rest: cursor)
        }
        return nil
    }

    /// Long delays are marked before the stamp (`+`, `!`, `#`, `*`, `@`, `$`) when the option latency-format is on.
    private static func skipDelayMark(_ cursor: inout LineScanner) {
        cursor.skipSpaces()
        for mark in "+!#*@$".utf8 where cursor.skip(mark) { cursor.skipSpaces() }
    }

    private static func taskAndPid(_ bytes: ArraySlice<UInt8>) -> (String, Int32)? {
        let space = UInt8(ascii: " ")
        var rest = bytes
        while rest.last == space { rest.removeLast() }
        if rest.last == UInt8(ascii: ")"), let opening = rest.lastIndex(of: UInt8(ascii: "(")) {
            let group = rest[(opening + 1)...].dropLast()
            guard group.allSatisfy({ $0 == space || $0 == UInt8(ascii: "-") || isDigit($0) }) else { return nil }
            rest = rest[..<opening]
            while rest.last == space { rest.removeLast() }
        }
        guard let dash = rest.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        var cursor = LineScanner(rest[(dash + 1)...])
        guard let pid = cursor.number().flatMap(Int32.init(exactly:)), cursor.isAtEnd else { return nil }
        var task = rest[..<dash]
        while task.first == space { task.removeFirst() }
        return (text(task), pid)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// `name: key=value key=value word …`; a line without `name:` (the function tracer's) is named by its first word.
    private static func readBody(_ body: ArraySlice<UInt8>, into event: inout FtraceEvent) {
        let space = UInt8(ascii: " ")
        let nameEnd = body.firstIndex { $0 == UInt8(ascii: ":") || $0 == space } ?? body.endIndex
        event.name = text(body[body.startIndex..<nameEnd])
        var rest = body[nameEnd...]
        if rest.first == UInt8(ascii: ":") { rest.removeFirst() }
        if event.name == "tracing_mark_write" || event.name == "print" {
            event.detail = text(rest.first == space ? rest.dropFirst() : rest)
            return
        }
        while let byte = rest.first {
            if byte == space {
                rest.removeFirst()
                continue
            }
            let end = rest.firstIndex(of: space) ?? rest.endIndex
            let word = rest[rest.startIndex..<end]
            rest = rest[end...]
            if let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > word.startIndex {
                event.fields.append(
                    FtraceEvent.Field(key: text(word[..<equals]), value: text(word[(equals + 1)...])))
            } else {
                event.detail += (event.detail.isEmpty ? "" : " ") + text(word)
            }
        }
    }
}
