/// One attempt of a thread to move, put together from the traces of all nodes.
struct Hop {
    var key: HopKey
    /// Node ids of the message layer.
    var from: Int32
    var to: Int32
    /// A negative errno if the thread goes on where it was.
    var status: Int32 = 0
    /// The request as each node saw it: where it was made, and where the thread was sent its signal.
    var requests: [Moment] = []
    var check: Moment?
    var begin: Moment?
    var arrive: Moment?
    var resume: Moment?
    /// The thread did not want to move, but to end.
    var ends = false
    /// The target did not take it: it comes back with another hop's number.
    var bounced = false
    var stay = Stay()

    /// The thread has moved, or it is known that it could not.
    var isComplete: Bool { begin != nil && resume != nil }
}

/// What a thread's arrival at a node brought about there: its page faults until it leaves.
struct Stay {
    /// Faults that gave the thread access to a page, without those that the kernel had it repeat.
    var faults = 0
    /// Pages that had to be asked for.
    var pages: Set<UInt64> = []
    var firstFault: GuestTime?
    /// The end of the last fault before the first pause; see `pause`.
    var warm: GuestTime?
    private var isWarm = false

    /// How long a thread runs without a page fault until it counts as warm. Nanoseconds.
    ///
    /// A fault that asks another node takes a message's round trip. This is several of them, also where guests are
    /// emulated, and much less than a program works between two phases of its own.
    static let pause: Int64 = 20_000_000

    mutating func add(_ fault: PageFault) {
        faults += 1
        if fault.isRemote { pages.insert(fault.page) }
        if firstFault == nil { firstFault = fault.end }
        if let last = warm, fault.begin.time.nanoseconds - last.nanoseconds > Self.pause { isWarm = true }
        if !isWarm { warm = fault.end }
    }
}

/// A hop's parts, in the order of time.
package enum HopPhase: String, Codable, CaseIterable, Sendable {
    /// From the request to the migration point that sees it.
    case request
    /// From there until the thread asks to leave.
    case check
    /// Until the thread's message is at the target.
    case leave
    /// Until the thread goes on in user space there.
    case arrive
    /// Until its first page fault there is served.
    case firstFault
    /// Until its page faults cease.
    case warm
    /// From asking to leave to going on in user space.
    case hop

    /// The phase as a reader sees it: from which moment to which.
    package var title: String {
        switch self {
        case .request: "request → check"
        case .check: "check → leave"
        case .leave: "leave → arrive"
        case .arrive: "arrive → resume"
        case .firstFault: "resume → first fault served"
        case .warm: "first fault served → warm"
        case .hop: "leave → resume"
        }
    }
}
