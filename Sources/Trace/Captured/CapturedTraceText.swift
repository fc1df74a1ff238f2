import Support

/// A node's trace in the form of tracefs' `trace`, as it is written from what a capture and a log tell.
///
/// A class, since a sink owns its file and arrays hold only what can be copied.
final class CapturedTraceText {
    /// Who sends and receives where the messages do not say it. No kernel gives a thread such a number (PID_MAX_LIMIT).
    enum Stand: Int64 {
        case sends = 4_195_000
        case receives = 4_196_000
    }

    private var sink: FileSink
    private let map: ClockMap
    private(set) var last = GuestTime(nanoseconds: .min)

    /// - Parameter map: of the node's clock, on which the trace is.
    init(_ path: String, map: ClockMap) throws {
        sink = try FileSink(path)
        self.map = map
        try sink.write("# made of the node's captured packets and its log\n")
    }

    /// Adds an event of a thread of the node; its time is not before that of the last.
    func event(_ text: String, thread: Int64, task: String, at host: HostTime) throws {
        last = max(last, map.guestTime(of: host), GuestTime(nanoseconds: 0))
        let fraction = String(1_000_000_000 + last.nanoseconds % 1_000_000_000).dropFirst()
        try sink.write(
            "  \(task)-\(thread) [000] ..... \(last.nanoseconds / 1_000_000_000).\(fraction): \(text)\n")
    }

    /// Adds an event that belongs to the exchange with another node.
    func event(_ text: String, _ stand: Stand, peer: Int, at host: HostTime) throws {
        let task = stand == .sends ? "to node \(peer)" : "from node \(peer)"
        try event(text, thread: stand.rawValue + Int64(peer), task: task, at: host)
    }

    func commit() throws { try sink.commit() }
}
