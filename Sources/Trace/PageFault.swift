/// A page fault of one thread: `fault_begin` to the `fault_end` that gave it access, or failed.
///
/// A fault that asked the page's home ends with `retry`, and the thread faults again, locally: both are one here.
struct PageFault {
    var process: UInt64
    /// The page's address.
    var page: UInt64
    var begin: Moment
    var end: GuestTime
    var writes: Bool
    /// Another node was asked.
    var isRemote: Bool
    /// The page is lost, or there is no memory: SIGBUS.
    var failed: Bool
}

/// Where a page is, in which process.
struct PageKey: Hashable {
    var process: UInt64
    var page: UInt64
}

/// Reads one node's page faults, and which messages each of them sent and waited for.
struct FaultReader {
    /// A pair of `fault_begin` and `fault_end`, as the picture shows it.
    struct Pair {
        var begin: Moment
        /// The request, then the answer.
        var request: MessageKey
        var answer: MessageKey
    }

    private struct Open {
        var fault: PageFault
        var begin: Moment
        var request: MessageKey?
        var answer: MessageKey?
    }

    private struct Announced {
        var page: PageKey
        var type: Int32
    }

    private let node: Int
    private let answers: Set<Int32>
    /// By thread.
    private var open: [Int64: Open] = [:]
    /// Faults to be tried again, by thread.
    private var retried: [Int64: PageFault] = [:]
    /// The thread whose fault asked for a page.
    private var askers: [PageKey: Int64] = [:]
    /// What the last event of a thread says of the message that follows it.
    private var announced: [Int64: Announced] = [:]
    /// The message that a thread received with its last event.
    private var received: [Int64: MessageEvent] = [:]

    /// Called `PAGE_…` in `/proc/popcorn_types`: what ends a request.
    private static let answerNames: Set<String> = ["PAGE_GRANT", "PAGE_FETCHED", "PAGE_INVALIDATED"]

    init(node: Int, typeNames: MessageTypeNames) {
        self.node = node
        answers = typeNames.types(named: Self.answerNames)
    }

    enum Step {
        case nothing
        /// A pair that ended; the fault if it ended as well.
        case ended(Pair?, PageFault?)
    }

    mutating func take(_ event: FtraceEvent, message: MessageEvent?) -> Step {
        let thread = event.thread
        let announcement = announced.removeValue(forKey: thread)
        let receipt = received.removeValue(forKey: thread)
        if let message {
            if message.side == .receive {
                received[thread] = message
            } else if let announcement, announcement.type == message.type {
                noteSent(message, about: announcement.page, by: thread)
            }
            return .nothing
        }
        switch event.name {
        case "page_message": notePage(event, receipt: receipt)
        case "fault_begin": begin(event)
        case "fault_end": return end(event)
        default: break
        }
        return .nothing
    }

    private static func page(of event: FtraceEvent) -> PageKey? {
        guard let process = event.number("process"), let page = event.number("address") else { return nil }
        return PageKey(process: UInt64(bitPattern: process), page: UInt64(bitPattern: page))
    }

    private mutating func notePage(_ event: FtraceEvent, receipt: MessageEvent?) {
        guard let page = Self.page(of: event), let type = event.number("type").flatMap(Int32.init(exactly:)) else {
            return
        }
        if event.number("sent") == 1 {
            announced[event.thread] = Announced(page: page, type: type)
        } else if let receipt, receipt.type == type, answers.contains(type) || event.number("answer") == 1,
            let asker = askers[page]
        {
            open[asker]?.answer = receipt.key
        }
    }

    private mutating func noteSent(_ message: MessageEvent, about page: PageKey, by thread: Int64) {
        guard let fault = open[thread]?.fault, fault.process == page.process, fault.page == page.page else { return }
        open[thread]?.request = message.key
        askers[page] = thread
    }

    private mutating func begin(_ event: FtraceEvent) {
        guard let page = Self.page(of: event) else { return }
        let moment = Moment(event, node)
        var fault = PageFault(
            process: page.process, page: page.page, begin: moment, end: event.time, writes: event["access"] == "write",
            isRemote: false, failed: false)
        if let earlier = retried.removeValue(forKey: event.thread), earlier.page == fault.page,
            earlier.process == fault.process
        {
            fault.begin = earlier.begin
            fault.isRemote = earlier.isRemote
        }
        open[event.thread] = Open(fault: fault, begin: moment)
    }

    private mutating func end(_ event: FtraceEvent) -> Step {
        guard let page = Self.page(of: event), var last = open.removeValue(forKey: event.thread),
            last.fault.process == page.process, last.fault.page == page.page
        else { return .nothing }
        if askers[page] == event.thread { askers[page] = nil }
        last.fault.end = event.time
        if event["cause"] == "remote" { last.fault.isRemote = true }
        last.fault.failed = event["result"] == "sigbus"
        var pair: Pair?
        if let request = last.request, let answer = last.answer {
            pair = Pair(begin: last.begin, request: request, answer: answer)
        }
        if event["result"] == "retry" {
            retried[event.thread] = last.fault
            return .ended(pair, nil)
        }
        return .ended(pair, last.fault)
    }
}
