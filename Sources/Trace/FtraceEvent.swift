/// One event of a guest's ftrace buffer.
struct FtraceEvent: Equatable, Sendable {
    /// A `key=value` of the event's text, in the text's order.
    struct Field: Equatable, Sendable {
        var key: String
        var value: String
    }

    /// The thread's name when it was written, at most 15 bytes.
    var task: String
    /// The thread's id in the guest (what the kernel calls a pid); 0 is an idle CPU.
    var pid: Int32
    var cpu: Int32
    var time: GuestTime
    /// The tracepoint, such as `msg_send`; `tracing_mark_write` for what user space wrote to `trace_marker`.
    var name: String
    var fields: [Field]
    /// The words of the text that are no `key=value`, joined by spaces.
    var detail: String

    init(
        task: String, pid: Int32, cpu: Int32, time: GuestTime, name: String, fields: [Field], detail: String = ""
    ) {
        self.task = task
        self.pid = pid
        self.cpu = cpu
        self.time = time
        self.name = name
        self.fields = fields
        self.detail = detail
    }

    /// The first field of that name.
    subscript(key: String) -> String? {
        for field in fields where field.key == key { return field.value }
        return nil
    }

    /// The first field of that name as a number: decimal, or hexadecimal after `0x`.
    func number(_ key: String) -> Int64? {
        guard let value = self[key] else { return nil }
        if value.hasPrefix("0x") { return UInt64(value.dropFirst(2), radix: 16).map { Int64(bitPattern: $0) } }
        return Int64(value)
    }
}

/// What names one message of the message layer on both its sides.
struct MessageKey: Hashable, Comparable, Sendable {
    /// Node ids of the message layer.
    var from: Int32
    var to: Int32
    /// The connection's generation: a node that comes back starts a new one.
    var epoch: UInt64
    /// Counts the messages of one direction of one connection.
    var sequence: UInt64

    init(from: Int32, to: Int32, epoch: UInt64, sequence: UInt64) {
        self.from = from
        self.to = to
        self.epoch = epoch
        self.sequence = sequence
    }

    static func < (left: MessageKey, right: MessageKey) -> Bool {
        (left.from, left.to, left.epoch, left.sequence) < (right.from, right.to, right.epoch, right.sequence)
    }
}

/// A message as one node's trace shows it: `msg_send` or `msg_recv` with from, to, type, size, epoch and seq.
struct MessageEvent: Equatable, Sendable {
    enum Side: Sendable { case send, receive }

    var side: Side
    var key: MessageKey
    /// The type's number in the message layer.
    var type: Int32
    /// Bytes, as the message layer counts them.
    var size: Int64
    var time: GuestTime

    /// `nil` if `event` is no message or lacks a number that identifies it.
    init?(_ event: FtraceEvent) {
        switch event.name {
        case "msg_send": side = .send
        case "msg_recv": side = .receive
        default: return nil
        }
        guard let from = event.number("from").flatMap(Int32.init(exactly:)),
            let to = event.number("to").flatMap(Int32.init(exactly:)),
            let epoch = event.number("epoch"), let sequence = event.number("seq")
        else { return nil }
        key = MessageKey(
            from: from, to: to, epoch: UInt64(bitPattern: epoch), sequence: UInt64(bitPattern: sequence))
        type = event.number("type").flatMap(Int32.init(exactly:)) ?? -1
        size = event.number("size") ?? 0
        time = event.time
    }
}

/// The names of the message layer's types: the lines `ID NAME` of a guest's `/proc/popcorn_types`.
struct MessageTypeNames: Equatable, Sendable {
    private var names: [Int32: String] = [:]

    init(_ names: [Int32: String] = [:]) { self.names = names }

    /// Reads the table; lines of another form are passed over.
    init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2, let id = Int32(words[0]) { names[id] = String(words[1]) }
        }
    }

    /// The type's name, or `type N` if the table lacks it.
    subscript(id: Int32) -> String { names[id] ?? "type \(id)" }

    /// The numbers of the types with one of these names.
    func types(named wanted: Set<String>) -> Set<Int32> { Set(names.filter { wanted.contains($0.value) }.keys) }

    /// By number.
    var all: [(id: Int32, name: String)] { names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    func knows(_ id: Int32) -> Bool { names[id] != nil }

    mutating func merge(_ other: MessageTypeNames) { names.merge(other.names) { first, _ in first } }
}
