/// What names one hop on all nodes.
struct HopKey: Hashable, Comparable, Sendable {
    /// The process's id in the whole lab (`process=`), not a pid of one kernel.
    var process: UInt64
    /// The thread's number in its process.
    var thread: UInt32
    /// Counts the thread's attempts to move, from 1.
    var hop: UInt32

    static func < (left: HopKey, right: HopKey) -> Bool {
        (left.process, left.thread, left.hop) < (right.process, right.thread, right.hop)
    }

    var next: HopKey { HopKey(process: process, thread: thread, hop: hop &+ 1) }
}

/// One step of a hop as one node's trace shows it: an event `migrate_*` of `popcorn/trace_migrate.h`.
struct HopEvent: Equatable {
    enum Step: String {
        /// Somebody else wants the thread to move.
        case request
        /// A migration point has seen it.
        case check
        /// The thread asks to leave, or to end.
        case begin
        /// The origin has decided.
        case route
        case arrive
        /// User space goes on.
        case resume
        case exit
    }

    var step: Step
    var key: HopKey
    /// Node ids of the message layer; -1 for the next node.
    var from: Int32
    var to: Int32
    /// A negative errno if the hop failed.
    var status: Int32

    private static let prefix = "migrate_"

    /// `nil` if `event` is no step of a hop, or lacks what names it.
    init?(_ event: FtraceEvent) {
        guard event.name.hasPrefix(Self.prefix), let step = Step(rawValue: String(event.name.dropFirst(8))),
            let process = event.number("process"), let thread = event.number("thread").flatMap(UInt32.init(exactly:)),
            let hop = event.number("hop").flatMap(UInt32.init(exactly:)),
            let from = event.number("from").flatMap(Int32.init(exactly:)),
            let to = event.number("to").flatMap(Int32.init(exactly:))
        else { return nil }
        self.step = step
        key = HopKey(process: UInt64(bitPattern: process), thread: thread, hop: hop)
        self.from = from
        self.to = to
        status = event.number("status").flatMap(Int32.init(exactly:)) ?? 0
    }
}

/// A moment on one node's clock, in one of its kernel's threads.
struct Moment: Hashable {
    /// The node's place among the timeline's.
    var node: Int
    /// See `FtraceEvent.thread`.
    var thread: Int64
    var time: GuestTime

    init(_ event: FtraceEvent, _ node: Int) {
        self.node = node
        thread = event.thread
        time = event.time
    }
}
