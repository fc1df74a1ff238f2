import Topology

/// Makes traces of what was captured of a lab whose kernels have none of their own.
///
/// Messages are `msg_send` and `msg_recv` of either node; moves of threads, page faults and other requests become the events that
/// our own kernel writes of them, so that all that reads traces reads these.
package struct CaptureTrace {
    private let nodes: [CapturedNode]
    private let interface: KernelInterface
    private let messages: [Int: KernelInterface.Message]
    private var threads = CapturedThreads()
    private var texts: [CapturedTraceText] = []
    /// What the logs of each node say at all: a kernel may have been built without.
    private var spoken: [Set<KernelInterface.MarkerEvent>] = []
    private var requests: [Request.Key: Request] = [:]
    /// Words of logs that came before the messages to which they belong, since the guest's clock is coarse.
    private var early: [Early: HostTime] = [:]

    private struct Early: Hashable {
        var node: Int
        var thread: UInt32
        var isReturn: Bool
    }

    /// How much too early a log's word may be. No clock goes by such steps; in a second a thread may have gone there before.
    private static let mostEarly: Int64 = 100_000_000

    /// A request that waits for its answer.
    private struct Request {
        struct Key: Hashable {
            var node: Int
            var peer: Int
            var type: Int
            var call: UInt64
            var local: UInt64
        }

        /// Whose `_begin` it was.
        var thread: Int64
        var task: String
        /// What its `_end` says.
        var end: String
        /// The page, as events tell it.
        var page: String?
    }

    private init(_ nodes: [CapturedNode], _ interface: KernelInterface) {
        self.nodes = nodes
        self.interface = interface
        messages = Dictionary(
            interface.transport.messages.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Writes the trace of each node of a lab, and the names of its types of messages.
    ///
    /// - Parameter nodes: in the order of their ids.
    /// - Returns: what the reader of the traces should know.
    /// - Throws: `TraceError` if a file cannot be read or written.
    package static func write(_ nodes: [CapturedNode], _ interface: KernelInterface) throws -> [String] {
        var trace = CaptureTrace(nodes, interface)
        return try trace.write()
    }

    private mutating func write() throws -> [String] {
        let (samples, captures) = try clocks()
        var warnings: [String] = []
        let maps = nodes.indices.map { index in
            ClockFit(
                ClockProblem(nodes: [.init(name: nodes[index].files.name, samples: samples[index])], messages: [])
            ).maps[0]
        }
        texts = try zip(nodes, maps).map { try CapturedTraceText($0.trace, map: $1) }
        let addresses = Dictionary(
            nodes.map { ($0.address, Int($0.files.id)) }, uniquingKeysWith: { first, _ in first })
        var sources: [CapturedSource] = []
        for (index, node) in nodes.enumerated() {
            let marks = try markers(of: node)
            spoken.append(Set(marks.map(\.marker.event)))
            sources.append(CapturedSource(index, marks: marks.map { (maps[index].hostTime(of: $0.time), $0) }))
            guard let capture = node.capture, let map = captures[index] else {
                warnings.append("node \(node.files.name): its packets were not captured")
                continue
            }
            let reader = try CapturedMessageReader(
                capture, interface.transport, own: Int(node.files.id), address: node.address, nodes: addresses)
            sources.append(CapturedSource(index, messages: reader, map: map))
        }
        for source in sources { try source.advance() }
        while let source = sources.filter({ $0.next != nil }).min(by: { $0.time < $1.time }) {
            switch source.next {
            case .message(let sighting): try take(sighting, at: source.time, source.index)
            case .mark(let mark): try take(mark, at: source.time, source.index)
            case nil: break
            }
            try source.advance()
        }
        for text in texts { try text.commit() }
        try writeTypes()
        return warnings + sources.flatMap { $0.warnings(nodes[$0.index].files.name) }
    }

    private func writeTypes() throws {
        for node in nodes {
            var sink = try FileSink(node.types)
            for message in interface.transport.messages.sorted(by: { $0.type < $1.type }) {
                try sink.write("\(message.type) \(message.name)\n")
            }
            try sink.commit()
        }
    }

    /// Readings of the guests' clocks, and how each capture's clock stands to the host's.
    private func clocks() throws -> (samples: [[ClockSample]], captures: [ClockMap?]) {
        let samples = try nodes.map { try $0.files.clockSamples().samples }
        var sources: [CaptureSource] = []
        var places: [Int?] = []
        for (node, samples) in zip(nodes, samples) {
            guard let path = node.capture else {
                places.append(nil)
                continue
            }
            places.append(sources.count)
            let anchors = try CaptureClock.anchors(of: path, address: node.address, samples: samples)
            let last = try CaptureClock.anchor(of: path)
            sources.append(
                CaptureSource(
                    node: node.files.name, path: path, mac: node.mac, anchors: anchors + (last.map { [$0] } ?? [])))
        }
        guard !sources.isEmpty else { return (samples, places.map { _ in nil }) }
        let fit = try CaptureClock.relate(sources)
        return (samples, places.map { $0.map { fit.maps[$0] } })
    }

    private func markers(of node: CapturedNode) throws -> [CapturedMark] {
        var found: [CapturedMark] = []
        guard !interface.markers.isEmpty else { return [] }
        try KernelLog.forEachMessage(records: node.files.kernelLog, console: node.files.console) { message in
            // What users write there is no word of the kernel's.
            guard message.facility ?? 0 == 0 else { return }
            for marker in interface.markers {
                guard let groups = marker.message.groups(in: message.text) else { continue }
                let values = zip(marker.groups, groups).compactMap { field, text in Int64(text).map { (field, $0) } }
                found.append(
                    CapturedMark(
                        marker: marker, time: message.time,
                        values: Dictionary(values, uniquingKeysWith: { first, _ in first })))
                break
            }
        }
        return found
    }

    // MARK: - Messages

    private mutating func take(_ sighting: CapturedConnection.Sighting, at time: HostTime, _ node: Int) throws {
        guard let message = messages[sighting.message.type] else { return }
        let peer = sighting.isSent ? sighting.to : sighting.from
        let text =
            "msg_\(sighting.isSent ? "send" : "recv"): from=\(sighting.from) to=\(sighting.to) "
            + "type=\(message.type) size=\(sighting.message.size) epoch=\(sighting.epoch) seq=\(sighting.message.place)"
        let exchange = Exchange(
            seen: sighting.message, message: message, node: node, peer: peer, time: time, text: text)
        switch (message.role, sighting.isSent) {
        case (.hopOut, true): try leave(exchange, isReturn: false)
        case (.hopBack, true): try leave(exchange, isReturn: true)
        case (.hopOut, false), (.hopBack, false): try arrive(exchange, isReturn: message.role == .hopBack)
        case (.pairing, _): try pair(exchange, isSent: sighting.isSent)
        case (.pageRequest, true): try ask(exchange)
        case (.pageRequest, false): try tellPage(exchange, isSent: false)
        case (.pageAnswer, false): try answer(exchange)
        case (.pageAnswer, true): try tellPage(exchange, isSent: true)
        case (nil, true): try request(exchange)
        case (nil, false): try answer(exchange)
        }
    }

    /// A message at one node.
    private struct Exchange {
        var seen: CapturedMessage
        var message: KernelInterface.Message
        var node: Int
        var peer: Int
        var time: HostTime
        /// As the trace tells it.
        var text: String

        func number(_ field: KernelInterface.MessageField) -> UInt64? { seen.number(message.fields[field]) }

        /// A thread's or a process's id.
        func id(_ field: KernelInterface.MessageField) -> Int64? {
            number(field).map { Int64(Int32(truncatingIfNeeded: $0)) }
        }

        var call: UInt64 { number(.call) ?? 0 }
        var local: UInt64 { number(.local) ?? 0 }

        /// The page's first byte.
        var page: UInt64? { number(.address).map { $0 & ~4095 } }
    }

    private func plain(_ exchange: Exchange, isSent: Bool) throws {
        try texts[exchange.node].event(
            exchange.text, isSent ? .sends : .receives, peer: exchange.peer, at: exchange.time)
    }

    // MARK: - Moves

    private static func step(_ name: String, _ key: CapturedThreads.Key, _ move: CapturedThreads.Move) -> String {
        "migrate_\(name): process=0x\(String(key.process, radix: 16)) thread=\(key.thread) hop=\(move.hop) "
            + "from=\(move.from) to=\(move.to) status=0"
    }

    /// The thread that a hop's message is about.
    private mutating func mover(_ exchange: Exchange, origin: Int) -> CapturedThreads.Key? {
        guard let id = exchange.id(.thread) else { return nil }
        if let process = exchange.id(.process) {
            let key = CapturedThreads.Key(
                process: CapturedThreads.process(process, startedOn: origin), thread: UInt32(truncatingIfNeeded: id))
            threads.know(key, as: id, on: origin)
            return key
        }
        return threads.thread(id, ofOrigin: origin)
    }

    private mutating func leave(_ exchange: Exchange, isReturn: Bool) throws {
        guard let key = mover(exchange, origin: isReturn ? exchange.peer : exchange.node) else {
            return try plain(exchange, isSent: true)
        }
        let move = threads.begin(key, from: exchange.node, to: exchange.peer, isReturn: isReturn)
        let local = exchange.id(.local) ?? exchange.id(.thread) ?? 0
        let text = texts[exchange.node]
        try text.event(Self.step("begin", key, move), thread: local, task: "thread", at: exchange.time)
        try text.event(exchange.text, thread: local, task: "thread", at: exchange.time)
    }

    private mutating func arrive(_ exchange: Exchange, isReturn: Bool) throws {
        try plain(exchange, isSent: false)
        guard let key = mover(exchange, origin: isReturn ? exchange.node : exchange.peer) else { return }
        guard let move = threads.moves[key], move.to == exchange.node, !move.hasArrived else { return }
        try texts[exchange.node].event(
            Self.step("arrive", key, move), .receives, peer: exchange.peer, at: exchange.time)
        threads.note(key, at: exchange.node) {
            $0.hasArrived = true
            if isReturn { $0.local = exchange.id(.thread) }
        }
        try resume(key, at: exchange.time, exchange.node)
    }

    private mutating func pair(_ exchange: Exchange, isSent: Bool) throws {
        guard isSent, let local = exchange.id(.local), let id = exchange.id(.thread) else {
            return try plain(exchange, isSent: isSent)
        }
        let key = threads.thread(id, ofOrigin: exchange.peer)
        threads.know(key, as: local, on: exchange.node)
        threads.note(key, at: exchange.node) {
            $0.hasPaired = true
            $0.local = local
        }
        try texts[exchange.node].event(exchange.text, thread: local, task: "thread", at: exchange.time)
        try resume(key, at: exchange.time, exchange.node)
    }

    /// A thread goes on when all has been seen that comes before: its message, who runs it, and the log's word, as far as this
    /// kernel tells them. A log's stamp may be too early by as much as the guest's clock is coarse.
    private mutating func resume(_ key: CapturedThreads.Key, at time: HostTime, _ node: Int) throws {
        guard var move = threads.moves[key], move.to == node, !move.hasResumed, move.hasArrived else { return }
        let word = early.removeValue(forKey: Early(node: node, thread: key.thread, isReturn: move.isReturn))
        if let word, time.nanoseconds - word.nanoseconds < Self.mostEarly {
            move.isMarked = true
            threads.note(key, at: node) { $0.isMarked = true }
        }
        let pairs = messages.values.contains { $0.role == .pairing }
        guard move.isReturn || !pairs || move.hasPaired else { return }
        guard move.isMarked || !spoken[node].contains(move.isReturn ? .returned : .arrived) else { return }
        threads.note(key, at: node) { $0.hasResumed = true }
        try texts[node].event(
            Self.step("resume", key, move), thread: move.local ?? Int64(key.thread), task: "thread", at: time)
    }

    // MARK: - Requests

    private mutating func ask(_ exchange: Exchange) throws {
        guard let page = exchange.page, let local = exchange.id(.local) else {
            return try plain(exchange, isSent: true)
        }
        let known = threads.key(of: local, on: exchange.node)
        let served = exchange.id(.peer).flatMap { threads.key(of: $0, on: exchange.peer) }
        let process =
            known?.process ?? served?.process ?? CapturedThreads.process(local, startedOn: exchange.node)
        let place = "process=0x\(String(process, radix: 16)) address=0x\(String(page, radix: 16))"
        let writes = (exchange.number(.flags) ?? 0) & interface.transport.writeFlag != 0
        let text = texts[exchange.node]
        func event(_ words: String) throws {
            try text.event(words, thread: local, task: "thread", at: exchange.time)
        }
        try event("fault_begin: \(place) access=\(writes ? "write" : "read")")
        try event("page_message: \(place) type=\(exchange.message.type) sent=1")
        try event(exchange.text)
        requests[key(exchange, asked: exchange.message.type, node: exchange.node)] = Request(
            thread: local, task: "thread", end: "fault_end: \(place) cause=remote", page: place)
    }

    private func tellPage(_ exchange: Exchange, isSent: Bool) throws {
        guard let page = exchange.page else { return try plain(exchange, isSent: isSent) }
        // The process is the other node's to name; the address is enough to see what the message is about.
        let words = "page_message: address=0x\(String(page, radix: 16)) type=\(exchange.message.type) "
        let text = texts[exchange.node]
        let stand: CapturedTraceText.Stand = isSent ? .sends : .receives
        if isSent { try text.event(words + "sent=1", stand, peer: exchange.peer, at: exchange.time) }
        try plain(exchange, isSent: isSent)
        if !isSent { try text.event(words + "sent=0", stand, peer: exchange.peer, at: exchange.time) }
    }

    private mutating func request(_ exchange: Exchange) throws {
        guard exchange.message.fields[.call] != nil,
            interface.transport.messages.contains(where: { $0.answers == exchange.message.type })
        else { return try plain(exchange, isSent: true) }
        let name = exchange.message.name.lowercased().replacing("_request", with: "")
        let words = "call=0x\(String(exchange.call, radix: 16))"
        let stand = CapturedTraceText.Stand.sends.rawValue + Int64(exchange.peer)
        let known = exchange.id(.local)
        let (thread, task) = (known ?? stand, known == nil ? "to node \(exchange.peer)" : "thread")
        let text = texts[exchange.node]
        try text.event("\(name)_begin: \(words)", thread: thread, task: task, at: exchange.time)
        try text.event(exchange.text, thread: thread, task: task, at: exchange.time)
        requests[key(exchange, asked: exchange.message.type, node: exchange.node)] = Request(
            thread: thread, task: task, end: "\(name)_end: \(words)")
    }

    private mutating func answer(_ exchange: Exchange) throws {
        guard let asked = exchange.message.answers,
            let request = requests.removeValue(forKey: key(exchange, asked: asked, node: exchange.node))
        else { return try plain(exchange, isSent: false) }
        let text = texts[exchange.node]
        func event(_ words: String) throws {
            try text.event(words, thread: request.thread, task: request.task, at: exchange.time)
        }
        try event(exchange.text)
        guard let page = request.page else { return try event(request.end) }
        try event("page_message: \(page) type=\(exchange.message.type) sent=0 answer=1")
        let result = exchange.number(.result).map { Int64(Int32(truncatingIfNeeded: $0)) }
        let retries = result != nil && result == interface.transport.retryResult
        try event("\(request.end) result=\(retries ? "retry" : "done")")
    }

    private func key(_ exchange: Exchange, asked: Int, node: Int) -> Request.Key {
        Request.Key(node: node, peer: exchange.peer, type: asked, call: exchange.call, local: exchange.local)
    }

    // MARK: - Words of the log

    private mutating func take(_ mark: CapturedMark, at time: HostTime, _ node: Int) throws {
        switch mark.marker.event {
        case .leaves:
            guard let id = mark.values[.thread] else { return }
            // It is told before the message; its process is known by that.
            try texts[node].event("thread_leaves: thread=\(id)", thread: id, task: "thread", at: time)
        case .arrived:
            guard let local = mark.values[.local], let id = mark.values[.thread] else { return }
            // The origin's number says which of the threads that are on the way here it is.
            let thread = UInt32(truncatingIfNeeded: id)
            guard
                let key = threads.moves.first(where: {
                    $0.key.thread == thread && $0.value.to == node && !$0.value.isReturn && !$0.value.hasResumed
                })?.key
            else {
                early[Early(node: node, thread: thread, isReturn: false)] = time
                return
            }
            threads.know(key, as: local, on: node)
            threads.note(key, at: node) {
                $0.isMarked = true
                $0.local = local
            }
            try resume(key, at: time, node)
        case .returned:
            guard let id = mark.values[.thread] else { return }
            let key = threads.thread(id, ofOrigin: node)
            guard let move = threads.moves[key], move.to == node, move.isReturn, !move.hasResumed else {
                early[Early(node: node, thread: key.thread, isReturn: true)] = time
                return
            }
            threads.note(key, at: node) { $0.isMarked = true }
            try resume(key, at: time, node)
        case .exited:
            guard let local = mark.values[.local] else { return }
            try texts[node].event("thread_exit: pid=\(local)", thread: local, task: "thread", at: time)
        }
    }
}

/// A line of a node's log that says where a thread is.
struct CapturedMark {
    var marker: KernelInterface.Marker
    var time: GuestTime
    var values: [KernelInterface.MessageField: Int64]
}
