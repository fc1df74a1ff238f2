import Support

/// The second reading: every event goes to the Chrome trace as it is read.
struct TimelinePainter<Sink: ByteSink & ~Copyable>: ~Copyable {
    private typealias Writer = ChromeTraceWriter<Sink>

    /// A moment whose slice ends at the next event of its thread, or after a µs, so that arrows can bind to it.
    private struct Pending {
        var event: FtraceEvent
        var title: String
        var category: StaticString
        var arguments: ChromeTraceWriter<Sink>.Arguments = []
        var arrows: [Arrow] = []
    }

    private struct Arrow {
        var name: String
        var category: StaticString
        var id: Int
        var point: ChromeTraceWriter<Sink>.ArrowPoint
    }

    let timeline: Timeline
    var writer: ChromeTraceWriter<Sink>
    let window: TimelineWindow?
    /// The process that events do not name each time, since it is the only one.
    let process: String?
    private var crossingSpans = 0

    /// Above any thread's number, see `FtraceEvent.thread`.
    private static var kernelLogThread: Int64 { 1 << 23 }
    /// Nanoseconds: wide enough to be clicked on, and less than any two messages of a thread are apart.
    private static var messageWidth: Int64 { 1000 }

    init(
        timeline: Timeline, writer: consuming ChromeTraceWriter<Sink>, only window: TimelineWindow?, process: String?
    ) {
        self.timeline = timeline
        self.writer = writer
        self.window = window
        self.process = process
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
            let time = node.map.hostTime(of: message.time)
            guard shows(time, time) else { return }
            var arguments: Writer.Arguments = []
            if let level = message.level { arguments.append(("level", .text(level.name))) }
            if let facility = message.facilityName { arguments.append(("facility", .text(facility))) }
            let trouble = message.trouble
            if let trouble { arguments.append(("trouble", .text(trouble.severity.rawValue))) }
            arguments.append(("guest_us", .microseconds(message.time.microseconds)))
            try writer.instant(
                message.text, category: "dmesg", on: track, at: time, wide: trouble?.isFailure ?? false,
                arguments)
        }
    }

    private mutating func paintTrace(_ node: Timeline.Node, _ index: Int) throws {
        var spans = SpanTracker()
        var names: [Int64: String] = [:]
        var pending: [Int64: Pending] = [:]
        var announced: [Int64: FtraceEvent] = [:]
        _ = try node.files.forEachEvent { event in
            let track = Writer.Track(process: index + 1, thread: event.thread)
            if names[event.thread] != event.task {
                names[event.thread] = event.task
                try writer.thread(track, name: event.pid == 0 ? "idle CPU \(event.cpu)" : event.task)
            }
            if event.name == "page_message" {
                // It is part of the message that it comes before, or after.
                if event.number("sent") == 1 {
                    announced[event.thread] = event
                } else {
                    pending[event.thread]?.arguments += page(of: event)
                }
                return
            }
            if let earlier = pending.removeValue(forKey: event.thread) {
                try paint(earlier, before: event.time, on: track, node)
            }
            let announcement = announced.removeValue(forKey: event.thread)
            if var moment = pendingMessage(event) ?? pendingStep(event) {
                if event.name == "msg_send", let announcement { moment.arguments += page(of: announcement) }
                pending[event.thread] = moment
                return
            }
            switch spans.take(event) {
            case .begins: break
            case .ends(let span): try paint(span, index, track)
            case .endsUnknown, .other:
                let time = node.map.hostTime(of: event.time)
                guard shows(time, time) else { return }
                try writer.instant(
                    Self.title(event), category: "event", on: track, at: time, arguments(event, of: node))
            }
        }
        for (thread, last) in pending.sorted(by: { $0.key < $1.key }) {
            try paint(last, before: nil, on: Writer.Track(process: index + 1, thread: thread), node)
        }
        for span in spans.finish() {
            try paint(span, index, Writer.Track(process: index + 1, thread: span.begin.thread))
        }
    }

    private func pendingMessage(_ event: FtraceEvent) -> Pending? {
        guard let message = MessageEvent(event) else { return nil }
        let isSend = message.side == .send
        let type = timeline.typeNames[message.type]
        var moment = Pending(event: event, title: (isSend ? "send " : "receive ") + type, category: "message")
        if let flow = timeline.messages.flow(of: message.key), hasBothEnds(message.key) {
            moment.arrows.append(
                Arrow(name: "message", category: "message", id: flow, point: isSend ? .start : .end))
        }
        if let flow = timeline.migration.flow(ofFaultBy: message.key) {
            moment.arrows.append(Arrow(name: "fault", category: "fault", id: flow, point: .step))
        }
        return moment
    }

    private func pendingStep(_ event: FtraceEvent) -> Pending? {
        guard let hop = HopEvent(event) else { return nil }
        var moment = Pending(event: event, title: event.name, category: "hop")
        if hop.status < 0 { moment.arguments = [("error", .text(errorText(-hop.status)))] }
        if let flow = timeline.migration.flow(of: hop.key), let point = Self.point(of: hop.step) {
            moment.arrows = [Arrow(name: "hop", category: "hop", id: flow, point: point)]
        }
        return moment
    }

    private static func point(of step: HopEvent.Step) -> ChromeTraceWriter<Sink>.ArrowPoint? {
        switch step {
        case .begin: .start
        case .arrive: .step
        case .resume: .end
        case .request, .check, .route, .exit: nil
        }
    }

    private mutating func paint(
        _ pending: Pending, before next: GuestTime?, on track: ChromeTraceWriter<Sink>.Track, _ node: Timeline.Node
    ) throws {
        let begin = node.map.hostTime(of: pending.event.time)
        var end = HostTime(nanoseconds: begin.nanoseconds + Self.messageWidth)
        if let next { end = max(begin, min(end, node.map.hostTime(of: next))) }
        guard shows(begin, end) else { return }
        try writer.slice(
            pending.title, category: pending.category, on: track, from: begin, to: end,
            arguments(pending.event, of: node) + pending.arguments)
        for arrow in pending.arrows { try paint(arrow, on: track, at: begin) }
    }

    private mutating func paint(
        _ arrow: Arrow, on track: ChromeTraceWriter<Sink>.Track, at time: HostTime
    ) throws {
        try writer.arrow(arrow.name, category: arrow.category, id: arrow.id, arrow.point, on: track, at: time)
    }

    private mutating func paint(
        _ span: SpanTracker.Span, _ index: Int, _ track: ChromeTraceWriter<Sink>.Track
    ) throws {
        let node = timeline.nodes[index]
        let begin = node.map.hostTime(of: span.begin.time)
        let end = max(begin, node.map.hostTime(of: span.end?.time ?? node.last ?? span.begin.time))
        guard shows(begin, end) else { return }
        var arguments = arguments(span.begin, of: node)
        let title = describe(span, &arguments)
        guard let last = span.end else {
            arguments.append(("unfinished", .flag(true)))
            try paintCrossing(title, track, begin, end, arguments)
            return
        }
        for field in last.fields where span.begin[field.key] == nil {
            arguments.append((field.key, Self.value(field.value)))
        }
        if span.nests {
            try writer.slice(title, category: "span", on: track, from: begin, to: end, arguments)
        } else {
            try paintCrossing(title, track, begin, end, arguments)
        }
        guard window?.holds(begin, end) ?? true else { return }
        // The slice does not hold its last moment: the arrow ends just before.
        let inside = HostTime(nanoseconds: max(begin.nanoseconds, end.nanoseconds - 1))
        for arrow in arrows(of: span, at: Moment(span.begin, index)) {
            try paint(arrow, on: track, at: arrow.point == .end ? inside : begin)
        }
    }

    /// The span's title: what is faulted or called, where the name of the event alone does not say it.
    private func describe(
        _ span: SpanTracker.Span, _ arguments: inout ChromeTraceWriter<Sink>.Arguments
    ) -> String {
        if let call = CallEvent(span.begin), let number = call.number {
            return (call.isServed ? "serve " : "call ") + DelegatedCall.name(number)
        }
        guard span.name == "fault" else { return span.name }
        if let place = place(of: span.begin) { arguments.append(("place", .text(place))) }
        return span.begin["access"].map { "fault \($0)" } ?? span.name
    }

    func place(of event: FtraceEvent) -> String? {
        event.number("address").flatMap { timeline.places.describe(page: UInt64(bitPattern: $0)) }
    }

    private func arrows(of span: SpanTracker.Span, at begin: Moment) -> [Arrow] {
        if let flow = timeline.migration.flow(ofFaultAt: begin) {
            return [
                Arrow(name: "fault", category: "fault", id: flow, point: .start),
                Arrow(name: "fault", category: "fault", id: flow, point: .end),
            ]
        }
        guard let call = CallEvent(span.begin), let flow = timeline.migration.flow(ofCall: call.key) else { return [] }
        if call.isServed { return [Arrow(name: "call", category: "call", id: flow, point: .step)] }
        return [
            Arrow(name: "call", category: "call", id: flow, point: .start),
            Arrow(name: "call", category: "call", id: flow, point: .end),
        ]
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
}
