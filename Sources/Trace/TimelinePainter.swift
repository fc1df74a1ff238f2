/// The second reading: every event goes to the Chrome trace as it is read.
struct TimelinePainter<Sink: ByteSink & ~Copyable>: ~Copyable {
    private typealias Writer = ChromeTraceWriter<Sink>

    /// A message whose slice ends at the next event of its thread, or after a µs.
    private struct Pending {
        var event: FtraceEvent
        var message: MessageEvent
    }

    private let timeline: Timeline
    private var writer: ChromeTraceWriter<Sink>
    private var crossingSpans = 0

    /// Above any thread's number, see `FtraceEvent.thread`.
    private static var kernelLogThread: Int64 { 1 << 23 }
    /// Nanoseconds: wide enough to be clicked on, and less than any two messages of a thread are apart.
    private static var messageWidth: Int64 { 1000 }

    init(timeline: Timeline, writer: consuming ChromeTraceWriter<Sink>) {
        self.timeline = timeline
        self.writer = writer
    }

    consuming func end() throws -> Sink { try writer.end() }

    /// Writes everything of one node.
    mutating func paint(_ index: Int) throws {
        let node = timeline.nodes[index]
        try writer.process(index + 1, name: node.files.title, place: index, labels: Self.clockLabel(node.map))
        try paintKernelLog(node, index)
        try paintTrace(node, index)
    }

    private static func clockLabel(_ map: ClockMap) -> String {
        guard map.isAnchored else { return "clock not related to the host's" }
        return "clock ± \(Int64(min(map.worstErrorMicroseconds, 1e12).rounded(.up))) µs"
    }

    private mutating func paintKernelLog(_ node: Timeline.Node, _ index: Int) throws {
        guard node.kernelMessages > 0 else { return }
        let track = Writer.Track(process: index + 1, thread: Self.kernelLogThread)
        try writer.thread(track, name: "dmesg", place: -1)
        try KernelLog.forEachMessage(records: node.files.kernelLog, console: node.files.console) { message in
            var arguments: Writer.Arguments = []
            if let level = message.level { arguments.append(("level", .text(level.name))) }
            if let facility = message.facilityName { arguments.append(("facility", .text(facility))) }
            let trouble = message.trouble
            if let trouble { arguments.append(("trouble", .text(trouble.severity.rawValue))) }
            arguments.append(("guest_us", .microseconds(message.time.microseconds)))
            try writer.instant(
                message.text, category: "dmesg", on: track, at: node.map.hostTime(of: message.time),
                wide: trouble?.isFailure ?? false, arguments)
        }
    }

    private mutating func paintTrace(_ node: Timeline.Node, _ index: Int) throws {
        var spans = SpanTracker()
        var names: [Int64: String] = [:]
        var pending: [Int64: Pending] = [:]
        _ = try node.files.forEachEvent { event in
            let track = Writer.Track(process: index + 1, thread: event.thread)
            if names[event.thread] != event.task {
                names[event.thread] = event.task
                try writer.thread(track, name: event.pid == 0 ? "idle CPU \(event.cpu)" : event.task)
            }
            if let earlier = pending.removeValue(forKey: event.thread) {
                try paint(earlier, before: event.time, on: track, node.map)
            }
            if let message = MessageEvent(event) {
                pending[event.thread] = Pending(event: event, message: message)
                return
            }
            switch spans.take(event) {
            case .begins: break
            case .ends(let span): try paint(span, node, track)
            case .endsUnknown, .other:
                try writer.instant(
                    Self.title(event), category: "event", on: track, at: node.map.hostTime(of: event.time),
                    Self.arguments(event))
            }
        }
        for (thread, last) in pending.sorted(by: { $0.key < $1.key }) {
            try paint(last, before: nil, on: Writer.Track(process: index + 1, thread: thread), node.map)
        }
        for span in spans.finish() {
            try paint(span, node, Writer.Track(process: index + 1, thread: span.begin.thread))
        }
    }

    private mutating func paint(
        _ pending: Pending, before next: GuestTime?, on track: ChromeTraceWriter<Sink>.Track, _ map: ClockMap
    ) throws {
        let message = pending.message
        let begin = map.hostTime(of: message.time)
        var end = HostTime(nanoseconds: begin.nanoseconds + Self.messageWidth)
        if let next { end = max(begin, min(end, map.hostTime(of: next))) }
        let isSend = message.side == .send
        let type = timeline.typeNames[message.type]
        var arguments = Self.arguments(pending.event)
        arguments.append(("type_name", .text(type)))
        try writer.slice(
            (isSend ? "send " : "receive ") + type, category: "message", on: track, from: begin, to: end, arguments)
        guard let flow = timeline.messages.flow(of: message.key) else { return }
        try writer.arrow("message", category: "message", id: flow, isStart: isSend, on: track, at: begin)
    }

    private mutating func paint(
        _ span: SpanTracker.Span, _ node: Timeline.Node, _ track: ChromeTraceWriter<Sink>.Track
    ) throws {
        let begin = node.map.hostTime(of: span.begin.time)
        var arguments = Self.arguments(span.begin)
        guard let last = span.end else {
            arguments.append(("unfinished", .flag(true)))
            try paintCrossing(span.name, track, begin, node.map.hostTime(of: node.last ?? span.begin.time), arguments)
            return
        }
        for field in last.fields where span.begin[field.key] == nil {
            arguments.append((field.key, .text(field.value)))
        }
        let end = node.map.hostTime(of: last.time)
        if span.nests {
            try writer.slice(span.name, category: "span", on: track, from: begin, to: end, arguments)
        } else {
            try paintCrossing(span.name, track, begin, end, arguments)
        }
    }

    private mutating func paintCrossing(
        _ name: String, _ track: ChromeTraceWriter<Sink>.Track, _ begin: HostTime, _ end: HostTime,
        _ arguments: ChromeTraceWriter<Sink>.Arguments
    ) throws {
        crossingSpans += 1
        try writer.crossingSlice(
            name, category: "span", id: crossingSpans, on: track, from: begin, to: max(begin, end), arguments)
    }

    private static func title(_ event: FtraceEvent) -> String {
        event.name == "tracing_mark_write" && !event.detail.isEmpty ? event.detail : event.name
    }

    private static func arguments(_ event: FtraceEvent) -> ChromeTraceWriter<Sink>.Arguments {
        var seen: Set<String> = ["detail", "cpu", "guest_us", "type_name", "unfinished"]
        var result: ChromeTraceWriter<Sink>.Arguments = [
            ("cpu", .integer(Int64(event.cpu))), ("guest_us", .microseconds(event.time.microseconds)),
        ]
        for field in event.fields where seen.insert(field.key).inserted {
            if let number = Int64(field.value), abs(number) < 1 << 53 {
                result.append((field.key, .integer(number)))
            } else {
                result.append((field.key, .text(field.value)))
            }
        }
        if !event.detail.isEmpty { result.append(("detail", .text(event.detail))) }
        return result
    }
}
