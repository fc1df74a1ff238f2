/// What slices say besides their names. It is most of a file's bytes: what the title, the track or the file's `otherData`
/// tells already is left out, and so is a number that is what it always is.
extension TimelinePainter where Sink: ~Copyable {
    /// Whether something is in the part of the timeline that was asked for.
    func shows(_ begin: HostTime, _ end: HostTime) -> Bool { window?.shows(begin, end) ?? true }

    /// Whether a message is sent and received in that part: its arrow needs both.
    func hasBothEnds(_ key: MessageKey) -> Bool {
        guard let window else { return true }
        guard let times = timeline.messages.times(of: key),
            let from = timeline.nodes.first(where: { $0.files.id == key.from }),
            let to = timeline.nodes.first(where: { $0.files.id == key.to })
        else { return false }
        return window.holds(from.map.hostTime(of: times.sent), to.map.hostTime(of: times.received))
    }

    func arguments(_ event: FtraceEvent, of node: Timeline.Node) -> ChromeTraceWriter<Sink>.Arguments {
        var result: ChromeTraceWriter<Sink>.Arguments = [
            ("cpu", .integer(Int64(event.cpu))), ("guest_us", .microseconds(event.time.stamp)),
        ]
        for field in event.fields where !isKnown(field, of: event, on: node) {
            guard !Self.reserved.contains(field.key), !result.contains(where: { $0.key == field.key }) else { continue }
            result.append((field.key, Self.value(field.value)))
        }
        if !event.detail.isEmpty { result.append(("detail", .text(event.detail))) }
        return result
    }

    /// Keys of our own.
    private static var reserved: [String] { ["detail", "unfinished"] }

    /// A number where it is one that JSON's readers keep.
    static func value(_ text: String) -> ChromeTraceWriter<Sink>.Argument {
        if let number = Int64(text), abs(number) < 1 << 53 { return .integer(number) }
        return .text(text)
    }

    /// Whether a field of one of our own events says nothing that is not seen elsewhere.
    private func isKnown(_ field: FtraceEvent.Field, of event: FtraceEvent, on node: Timeline.Node) -> Bool {
        switch (event.name, field.key) {
        case ("msg_send", "from"), ("msg_recv", "to"): field.value == String(node.files.id)
        case ("msg_send", "type"), ("msg_recv", "type"): Int32(field.value).map(timeline.typeNames.knows) ?? false
        case ("msg_send", "epoch"), ("msg_recv", "epoch"): field.value == "1"
        case ("msg_send", "station"), ("msg_recv", "station"): field.value == "0"
        case ("msg_send", "flags"), ("msg_recv", "flags"): field.value.isEmpty
        case ("fault_begin", "access"): true
        case (_, "status"): field.value == "0" && event.name.hasPrefix("migrate_")
        case (_, "process"): field.value == process
        default: false
        }
    }

    /// What a `page_message` says of its message. What lies there is told where it is faulted, if it is.
    func page(of event: FtraceEvent) -> ChromeTraceWriter<Sink>.Arguments {
        var arguments: ChromeTraceWriter<Sink>.Arguments = []
        for key in ["process", "address", "flags"] {
            guard let value = event[key], !value.isEmpty, key != "process" || value != process else { continue }
            arguments.append(("page_\(key)", .text(value)))
        }
        if let process = event.number("process"), let page = event.number("address"),
            timeline.migration.pages[
                PageKey(process: UInt64(bitPattern: process), page: UInt64(bitPattern: page))] == nil,
            let place = place(of: event)
        {
            arguments.append(("page_place", .text(place)))
        }
        return arguments
    }
}

extension GuestTime {
    /// The µs that the trace's text has, without what keeps events of one µs in order.
    fileprivate var stamp: Double { Double(nanoseconds / 1000) }
}
