/// Writes the JSON that Perfetto and chrome://tracing open, event by event.
///
/// Trace Event Format: an object with `traceEvents`; times in µs. Slices (`X`) of one thread must nest, arrows (`s`, `t`,
/// `f`) bind to the slice that is open on their thread at their time, and all their points must agree in category,
/// name and id.
struct ChromeTraceWriter<Sink: ByteSink & ~Copyable>: ~Copyable {
    /// A track: a thread of a process.
    struct Track: Hashable, Sendable {
        var process: Int
        var thread: Int64

        init(process: Int, thread: Int64) {
            self.process = process
            self.thread = thread
        }
    }

    enum Argument: Sendable {
        case text(String)
        case integer(Int64)
        case microseconds(Double)
        case flag(Bool)
    }

    /// Where an arrow is at a slice.
    enum ArrowPoint: Sendable { case start, step, end }

    typealias Arguments = [(key: String, value: Argument)]

    private var sink: Sink
    private var json = JSONText()
    private var isFirst = true
    /// The moment that the file calls zero.
    private let origin: HostTime
    /// Bytes gathered before the sink is bothered.
    private static var batch: Int { 1 << 16 }

    /// - Parameter metadata: what the file says of itself, under `otherData`.
    init(_ sink: consuming Sink, origin: HostTime, metadata: Arguments = []) {
        self.sink = sink
        self.origin = origin
        json.raw("{\"displayTimeUnit\":\"ms\",\"otherData\":")
        write(metadata)
        json.raw(",\"traceEvents\":[")
    }

    /// Names a process and gives its place from the top.
    mutating func process(_ id: Int, name: String, place: Int, labels: String = "") throws {
        try metadata("process_name", Track(process: id, thread: 0), [("name", .text(name))])
        try metadata("process_sort_index", Track(process: id, thread: 0), [("sort_index", .integer(Int64(place)))])
        if !labels.isEmpty {
            try metadata("process_labels", Track(process: id, thread: 0), [("labels", .text(labels))])
        }
    }

    /// Names a thread, and gives its place in its process if it has one.
    mutating func thread(_ track: Track, name: String, place: Int? = nil) throws {
        try metadata("thread_name", track, [("name", .text(name))])
        if let place { try metadata("thread_sort_index", track, [("sort_index", .integer(Int64(place)))]) }
    }

    /// A slice, which must nest with the other slices of its track.
    mutating func slice(
        _ name: String, category: StaticString, on track: Track, from begin: HostTime, to end: HostTime,
        _ arguments: Arguments = []
    ) throws {
        start(name, category, "X", track, begin)
        json.raw(",\"dur\":")
        json.microseconds(nanoseconds: end.nanoseconds - begin.nanoseconds)
        try finish(arguments)
    }

    /// A slice that may cross others: it is drawn on a line of its own.
    mutating func crossingSlice(
        _ name: String, category: StaticString, id: Int, on track: Track, from begin: HostTime, to end: HostTime,
        _ arguments: Arguments = []
    ) throws {
        start(name, category, "b", track, begin)
        json.raw(",\"id\":")
        json.number(id)
        try finish(arguments)
        start(name, category, "e", track, end)
        json.raw(",\"id\":")
        json.number(id)
        try finish([])
    }

    /// A moment. - Parameter wide: drawn over the whole process, not just its track.
    mutating func instant(
        _ name: String, category: StaticString, on track: Track, at time: HostTime, wide: Bool = false,
        _ arguments: Arguments = []
    ) throws {
        start(name, category, "i", track, time)
        json.raw(wide ? ",\"s\":\"p\"" : ",\"s\":\"t\"")
        try finish(arguments)
    }

    /// One point of an arrow, bound to the slice that is open on the track at that time.
    mutating func arrow(
        _ name: String, category: StaticString, id: Int, _ point: ArrowPoint, on track: Track,
        at time: HostTime
    ) throws {
        let phase: StaticString =
            switch point {
            case .start: "s"
            case .step: "t"
            case .end: "f"
            }
        start(name, category, phase, track, time)
        if point != .start { json.raw(",\"bp\":\"e\"") }
        json.raw(",\"id\":")
        json.number(id)
        try finish([])
    }

    /// Completes the JSON and gives the sink back.
    consuming func end() throws -> Sink {
        json.raw("\n]}\n")
        try sink.write(json.bytes)
        return sink
    }

    private mutating func metadata(_ name: StaticString, _ track: Track, _ arguments: Arguments) throws {
        separate()
        json.raw("{\"name\":\"")
        json.raw(name)
        json.raw("\",\"ph\":\"M\"")
        place(track)
        try finish(arguments)
    }

    private mutating func start(
        _ name: String, _ category: StaticString, _ phase: StaticString, _ track: Track, _ time: HostTime
    ) {
        separate()
        json.raw("{\"name\":")
        json.string(name)
        json.raw(",\"cat\":\"")
        json.raw(category)
        json.raw("\",\"ph\":\"")
        json.raw(phase)
        json.raw("\",\"ts\":")
        json.microseconds(nanoseconds: time.nanoseconds - origin.nanoseconds)
        place(track)
    }

    private mutating func separate() {
        if isFirst { json.raw("\n") } else { json.raw(",\n") }
        isFirst = false
    }

    private mutating func place(_ track: Track) {
        json.raw(",\"pid\":")
        json.number(track.process)
        json.raw(",\"tid\":")
        json.number(track.thread)
    }

    private mutating func finish(_ arguments: Arguments) throws {
        if !arguments.isEmpty {
            json.raw(",\"args\":")
            write(arguments)
        }
        json.raw("}")
        guard json.bytes.count >= Self.batch else { return }
        try sink.write(json.bytes)
        json.clear()
    }

    private mutating func write(_ arguments: Arguments) {
        json.raw("{")
        for (index, argument) in arguments.enumerated() {
            if index > 0 { json.raw(",") }
            json.string(argument.key)
            json.raw(":")
            switch argument.value {
            case .text(let text): json.string(text)
            case .integer(let number): json.number(number)
            case .microseconds(let value): json.microseconds(value)
            case .flag(let flag): json.raw(flag ? "true" : "false")
            }
        }
        json.raw("}")
    }
}
