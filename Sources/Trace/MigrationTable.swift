/// The hops, page faults and delegated calls of a run, put together from all nodes.
///
/// Nodes are read one after the other, each in the order of its time; what it takes is linear in the events, and what is
/// kept is a few dozen bytes per hop, page, call and linked fault.
struct MigrationTable {
    /// All page faults of one page.
    struct PageCount {
        var faults = 0
        var remote = 0
        var writes = 0
        var failed = 0
        /// Nanoseconds that threads waited for it, on the guests' clocks.
        var waited: Int64 = 0
    }

    struct Call {
        var number: Int32
        var begin: Moment
        var end: GuestTime?
        /// The shadow has taken it.
        var isServed = false
        var flow: Int?
    }

    private(set) var hops: [Hop] = []
    private(set) var pages: [PageKey: PageCount] = [:]
    private(set) var calls: [CallKey: Call] = [:]
    private var served: Set<CallKey> = []
    private var indices: [HopKey: Int] = [:]
    /// Flow ids of faults: by where they begin, and by their messages.
    private var faultFlows: [Moment: Int] = [:]
    private var faultMessages: [MessageKey: Int] = [:]

    /// One node's reading.
    struct Reader {
        fileprivate let node: Int
        fileprivate var faults: FaultReader
        /// The hop that brought a kernel's thread what it runs now.
        fileprivate var stays: [Int64: Int] = [:]

        init(node: Int, typeNames: MessageTypeNames) {
            self.node = node
            faults = FaultReader(node: node, typeNames: typeNames)
        }
    }

    mutating func take(_ event: FtraceEvent, message: MessageEvent?, _ reader: inout Reader) {
        if case .ended(let pair, let fault) = reader.faults.take(event, message: message) {
            if let pair { link(pair) }
            if let fault { count(fault, stay: reader.stays[event.thread]) }
        } else if let hop = HopEvent(event) {
            take(hop, at: Moment(event, reader.node), &reader)
        } else if let call = CallEvent(event) {
            take(call, at: Moment(event, reader.node))
        }
    }

    private mutating func link(_ pair: FaultReader.Pair) {
        let flow = faultFlows.count + 1
        faultFlows[pair.begin] = flow
        faultMessages[pair.request] = flow
        faultMessages[pair.answer] = flow
    }

    private mutating func count(_ fault: PageFault, stay: Int?) {
        var page = pages[PageKey(process: fault.process, page: fault.page)] ?? PageCount()
        page.faults += 1
        if fault.isRemote { page.remote += 1 }
        if fault.writes { page.writes += 1 }
        if fault.failed { page.failed += 1 }
        page.waited += fault.end.nanoseconds - fault.begin.time.nanoseconds
        pages[PageKey(process: fault.process, page: fault.page)] = page
        if let stay { hops[stay].stay.add(fault) }
    }

    private mutating func take(_ event: HopEvent, at moment: Moment, _ reader: inout Reader) {
        if event.step == .exit {
            // The attempt after the last hop was none: the thread ended.
            if event.status >= 0 { hops[place(event.key.next, event)].ends = true }
            return
        }
        let index = place(event.key, event)
        switch event.step {
        case .request: hops[index].requests.append(moment)
        case .check: hops[index].check = moment
        case .begin:
            hops[index].begin = moment
            hops[index].from = event.from
            hops[index].to = event.to
            reader.stays[moment.thread] = nil
        case .route: if event.status < 0 { hops[index].bounced = true }
        case .arrive: hops[index].arrive = moment
        case .resume:
            hops[index].resume = moment
            reader.stays[moment.thread] = index
        case .exit: break
        }
        // Whoever leaves may use the field for words of its own.
        if event.status < 0, event.step == .arrive || event.step == .resume { hops[index].status = event.status }
    }

    private mutating func place(_ key: HopKey, _ event: HopEvent) -> Int {
        if let index = indices[key] { return index }
        indices[key] = hops.count
        hops.append(Hop(key: key, from: event.from, to: event.to))
        return hops.count - 1
    }

    private mutating func take(_ event: CallEvent, at moment: Moment) {
        switch (event.isServed, event.isBegin) {
        case (false, true): calls[event.key] = Call(number: event.number ?? 0, begin: moment)
        case (false, false): calls[event.key]?.end = moment.time
        case (true, true): served.insert(event.key)
        case (true, false): break
        }
    }

    /// Sorts what was read and numbers the arrows; to be called once, after all nodes.
    mutating func seal() {
        let returns = foldBounces()
        // A request that nobody followed, and a thread's end, are no hops.
        hops = hops.filter { $0.begin != nil && !($0.ends && $0.resume == nil) }.sorted { $0.key < $1.key }
        indices = Dictionary(uniqueKeysWithValues: hops.indices.map { (hops[$0].key, $0) })
        for (back, away) in returns { indices[back] = indices[away] }
        var flow = 0
        // In an order of their own, so that a run always gives the same file.
        for key in served.sorted() where calls[key]?.end != nil {
            flow += 1
            calls[key]?.isServed = true
            calls[key]?.flow = flow
        }
        served = []
    }

    /// A thread that its target refuses comes back as another hop, which nobody began: that is the first one's end.
    ///
    /// - Returns: which hop each of those belongs to.
    private mutating func foldBounces() -> [HopKey: HopKey] {
        var returns: [HopKey: HopKey] = [:]
        for index in hops.indices where hops[index].bounced {
            guard let back = indices[hops[index].key.next], hops[back].begin == nil, hops[back].status < 0 else {
                continue
            }
            hops[index].status = hops[back].status
            hops[index].arrive = hops[back].arrive ?? hops[index].arrive
            hops[index].resume = hops[back].resume
            hops[index].stay = hops[back].stay
            returns[hops[back].key] = hops[index].key
        }
        return returns
    }

    /// The process, if only one moved or shared memory.
    var onlyProcess: UInt64? {
        let all = Set(hops.map(\.key.process)).union(pages.keys.map(\.process))
        return all.count == 1 ? all.first : nil
    }

    /// A number for the hop's arrow from leaving to going on, if both were seen.
    func flow(of key: HopKey) -> Int? {
        guard let index = indices[key], hops[index].isComplete else { return nil }
        return index + 1
    }

    /// A number for the arrow from a fault through its request and the answer to its end.
    func flow(ofFaultAt begin: Moment) -> Int? { faultFlows[begin] }

    /// The same number, at one of its messages.
    func flow(ofFaultBy message: MessageKey) -> Int? { faultMessages[message] }

    /// A number for the arrow from a call to its serving at the origin and back.
    func flow(ofCall key: CallKey) -> Int? { calls[key]?.flow }
}
