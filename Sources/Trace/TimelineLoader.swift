/// The first reading of all files: the messages, the spans' lengths, and what is wrong with the files.
struct TimelineLoader {
    struct SpanKey: Hashable {
        var node: Int
        var name: String
    }

    struct SpanTimes {
        /// µs on the guest's clock.
        var lengths: [Double] = []
        var unfinished = 0
        var unstarted = 0
    }

    private(set) var nodes: [Timeline.Node]
    private(set) var messages = MessageTable()
    private(set) var migration = MigrationTable()
    private(set) var typeNames = MessageTypeNames()
    private(set) var spans: [SpanKey: SpanTimes] = [:]
    private(set) var warnings: [String] = []
    private var samples: [[ClockSample]] = []

    init(_ files: [NodeTraceFiles]) {
        nodes = files.map { files in
            Timeline.Node(
                files: files,
                map: ClockMap(
                    guestReference: GuestTime(nanoseconds: 0), hostReference: HostTime(nanoseconds: 0), drift: 0,
                    isAnchored: false, errorPoints: [], errorGrowth: 0))
        }
    }

    mutating func read() throws {
        for index in nodes.indices {
            let files = nodes[index].files
            let (found, badLines) = try files.clockSamples()
            samples.append(found)
            if badLines > 0 { warnings.append("node \(files.name): \(badLines) lines of clock samples make no sense") }
            let ownTypes = try files.typeNames()
            typeNames.merge(ownTypes)
            try readKernelLog(index)
            try readTrace(index, ownTypes)
        }
        messages.seal()
        migration.seal()
        if messages.duplicates > 0 {
            warnings.append("\(messages.duplicates) message events repeat one that was seen before, and were left out")
        }
    }

    private mutating func readKernelLog(_ index: Int) throws {
        var node = nodes[index]
        try KernelLog.forEachMessage(records: node.files.kernelLog, console: node.files.console) { message in
            node.kernelMessages += 1
            node.include(message.time)
            if let trouble = message.trouble { node.troubles[trouble.severity, default: 0] += 1 }
        }
        nodes[index] = node
    }

    private mutating func readTrace(_ index: Int, _ ownTypes: MessageTypeNames) throws {
        var node = nodes[index]
        var reader = MigrationTable.Reader(node: index, typeNames: ownTypes)
        var tracker = SpanTracker()
        var foreign = 0
        let parser = try node.files.forEachEvent { event in
            node.events += 1
            node.include(event.time)
            let message = MessageEvent(event)
            migration.take(event, message: message, &reader)
            if let message {
                let own = message.side == .send ? message.key.from : message.key.to
                if own == node.files.id { messages.add(message) } else { foreign += 1 }
            }
            // Steps of a hop are no spans of one thread, whatever their names end with.
            if HopEvent(event) == nil, case .ends(let span) = tracker.take(event) {
                let length = event.time.nanoseconds - span.begin.time.nanoseconds
                spans[SpanKey(node: index, name: span.name), default: SpanTimes()].lengths
                    .append(Double(length) / 1000)
            }
        }
        for span in tracker.finish() {
            spans[SpanKey(node: index, name: span.name), default: SpanTimes()].unfinished += 1
        }
        for (name, count) in tracker.strayEnds {
            spans[SpanKey(node: index, name: name), default: SpanTimes()].unstarted += count
        }
        node.lostEvents = parser.lostEvents
        node.garbageLines = parser.garbageLines
        nodes[index] = node
        note(parser, foreign: foreign, of: node.files)
    }

    private mutating func note(_ parser: FtraceParser, foreign: Int, of files: NodeTraceFiles) {
        if parser.lostEvents > 0 {
            warnings.append("node \(files.name): its trace buffer lost \(parser.lostEvents) events; make it larger")
        }
        if parser.garbageLines > 0 {
            warnings.append("node \(files.name): \(parser.garbageLines) lines of its trace make no sense")
        }
        if parser.unknownClockLines > 0 {
            warnings.append(
                "node \(files.name): \(parser.unknownClockLines) events are stamped by a counter; "
                    + "set trace_clock to perf")
        }
        if foreign > 0 {
            warnings.append(
                "node \(files.name): \(foreign) messages in its trace are of another node than id \(files.id), "
                    + "and were left out of clocks and latencies")
        }
    }

    func problem(maximumDrift: Double) -> ClockProblem {
        var indices: [Int32: Int] = [:]
        for (index, node) in nodes.enumerated() { indices[node.files.id] = index }
        var pairs: [ClockProblem.Message] = []
        messages.forEach { match in
            guard let send = match.send, let receipt = match.receipt, let from = indices[match.from],
                let to = indices[match.to]
            else { return }
            pairs.append(ClockProblem.Message(from: from, to: to, sent: send.time, received: receipt.time))
        }
        return ClockProblem(
            nodes: zip(nodes, samples).map { node, samples in
                ClockProblem.Node(name: node.files.name, samples: samples, span: traced(node))
            }, messages: pairs, maximumDrift: maximumDrift)
    }

    private func traced(_ node: Timeline.Node) -> ClosedRange<GuestTime>? {
        guard let first = node.first, let last = node.last else { return nil }
        return first...last
    }
}
