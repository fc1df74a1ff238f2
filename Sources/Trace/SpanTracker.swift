/// Pairs the events `X_begin` and `X_end` of a thread into spans.
///
/// An end belongs to the latest open begin of the same X on the same thread whose fields do not differ: a field that
/// both have must have the same value.
struct SpanTracker {
    struct Span {
        var name: String
        var begin: FtraceEvent
        /// `nil` if the trace ended, or the buffer overflowed, before the end.
        var end: FtraceEvent?
        /// Whether it lies wholly inside, or beside, the thread's other spans.
        var nests: Bool
    }

    private struct Open {
        var name: String
        var begin: FtraceEvent
    }

    private var open: [Int64: [Open]] = [:]
    /// Ends without a begin: the trace started in the middle.
    private(set) var strayEnds: [String: Int] = [:]

    enum Step {
        /// The event begins a span that may end later.
        case begins
        case ends(Span)
        /// The event ends a span that was not seen to begin.
        case endsUnknown
        /// The event has nothing to do with spans.
        case other
    }

    mutating func take(_ event: FtraceEvent) -> Step {
        let thread = event.thread
        if event.name.hasSuffix("_begin") {
            open[thread, default: []].append(Open(name: String(event.name.dropLast(6)), begin: event))
            return .begins
        }
        guard event.name.hasSuffix("_end") else { return .other }
        let name = String(event.name.dropLast(4))
        guard
            let place = open[thread]?.lastIndex(where: { $0.name == name && Self.agree($0.begin, event) }),
            let found = open[thread]?.remove(at: place)
        else {
            strayEnds[name, default: 0] += 1
            return .endsUnknown
        }
        // What began inside and is still open will end outside.
        let crossing = (open[thread]?.count ?? 0) > place
        if open[thread]?.isEmpty == true { open[thread] = nil }
        return .ends(Span(name: name, begin: found.begin, end: event, nests: !crossing))
    }

    /// The spans that are still open, the oldest first.
    mutating func finish() -> [Span] {
        let rest = open.values.joined().sorted { $0.begin.time < $1.begin.time }
        open = [:]
        return rest.map { Span(name: $0.name, begin: $0.begin, end: nil, nests: false) }
    }

    private static func agree(_ begin: FtraceEvent, _ end: FtraceEvent) -> Bool {
        for field in end.fields {
            if let value = begin[field.key], value != field.value { return false }
        }
        return true
    }
}
