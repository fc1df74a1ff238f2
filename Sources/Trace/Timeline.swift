/// The traces and logs of a run's nodes, on the host's clock.
///
/// The files are read twice, once to relate the clocks and once to write, so what is held in memory is a few dozen
/// bytes per message and per span, not the events.
package struct Timeline: Sendable {
    /// One node, as far as its files say.
    package struct Node: Sendable {
        /// The files that it was read from.
        package var files: NodeTraceFiles
        /// How its clock is read on the host's.
        package internal(set) var map: ClockMap
        /// How many events its trace has, without those that were lost.
        package internal(set) var events = 0
        /// Events that the guest's buffer lost.
        package internal(set) var lostEvents: UInt64 = 0
        /// Lines that could not be read.
        var garbageLines = 0
        /// How many messages its kernel log has, with those that only the console shows.
        package internal(set) var kernelMessages = 0
        /// Bad news in the kernel log, by severity.
        package internal(set) var troubles: [KernelTrouble.Severity: Int] = [:]
        /// The first and the last moment of logs and traces.
        package internal(set) var first: GuestTime?
        /// The last moment of logs and traces; `nil` if they hold none.
        package internal(set) var last: GuestTime?

        mutating func include(_ time: GuestTime) {
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }
    }

    /// The nodes in the order in which `load` got them.
    package private(set) var nodes: [Node]
    let fit: ClockFit
    /// The same traces in numbers.
    package let summary: TraceSummary
    /// What the reader should know: lost events, unrelated clocks, contradictions.
    package var warnings: [String] { summary.warnings }

    let messages: MessageTable
    let typeNames: MessageTypeNames
    let migration: MigrationTable
    let places: AddressMap

    /// Reads the files of all nodes and relates their clocks.
    ///
    /// - Parameters:
    ///   - maximumDrift: how much a guest's clock may gain or lose on the host's, in parts per million.
    ///   - places: what lies in the shared memory of the run's program, to call pages by name.
    /// - Throws: `TraceError`: `.unreadable` for a file that is named and cannot be read, `.mismatch` for no node,
    ///   or for two nodes with one name or number.
    package static func load(
        nodes files: [NodeTraceFiles], maximumDrift: Double = 2000, places: AddressMap = AddressMap()
    ) throws -> Timeline {
        guard !files.isEmpty else {
            throw TraceError(.mismatch, "there is no node to make a timeline of")
        }
        for (index, node) in files.enumerated() {
            if let other = files[..<index].first(where: { $0.name == node.name || $0.id == node.id }) {
                throw TraceError(
                    .mismatch,
                    "nodes \(other.name) (id \(other.id)) and \(node.name) (id \(node.id)) cannot be told apart",
                    hint: "give every node a name and a message layer id of its own")
            }
        }
        var loader = TimelineLoader(files)
        try loader.read()
        let fit = ClockFit(loader.problem(maximumDrift: maximumDrift))
        return Timeline(loader: loader, fit: fit, places: places)
    }

    private init(loader: TimelineLoader, fit: ClockFit, places: AddressMap) {
        self.fit = fit
        self.places = places
        nodes = zip(loader.nodes, fit.maps).map { node, map in
            var node = node
            node.map = map
            return node
        }
        messages = loader.messages
        typeNames = loader.typeNames
        migration = loader.migration
        summary = TraceSummary(loader: loader, fit: fit, places: places)
    }

    /// Writes the timeline for Perfetto and chrome://tracing, in place of what is at `path`; compressed if that ends in
    /// `.gz`.
    package func writeChromeTrace(to path: String, only window: TimelineWindow? = nil) throws {
        if path.hasSuffix(".gz") {
            var sink = try writeChromeTrace(to: GzipSink(FileSink(path)), only: window).end()
            try sink.commit()
        } else {
            var sink = try writeChromeTrace(to: FileSink(path), only: window)
            try sink.commit()
        }
    }

    /// Writes the timeline, or a part of it, as Chrome trace JSON and gives the sink back.
    package func writeChromeTrace<Sink: ByteSink & ~Copyable>(
        to sink: consuming Sink, only window: TimelineWindow? = nil
    ) throws -> Sink {
        var metadata: ChromeTraceWriter<Sink>.Arguments = [
            ("clock", .text("host CLOCK_REALTIME")),
            ("host_epoch_us", .text(Self.microseconds(origin))),
        ]
        let process = migration.onlyProcess.map(MigrationSummary.hexadecimal)
        if let process { metadata.append(("process", .text(process))) }
        for node in nodes {
            metadata.append(("\(node.files.name).id", .integer(Int64(node.files.id))))
            metadata.append(("\(node.files.name).clock_error_us", .microseconds(node.map.worstErrorMicroseconds)))
            metadata.append(("\(node.files.name).clock_drift_ppm", .microseconds(node.map.drift * 1e6)))
            metadata.append(
                ("\(node.files.name).clock_correction_us", .microseconds(node.map.largestCorrectionMicroseconds)))
        }
        for (id, name) in typeNames.all { metadata.append(("type.\(id)", .text(name))) }
        for (index, warning) in warnings.enumerated() { metadata.append(("warning.\(index + 1)", .text(warning))) }
        var painter = TimelinePainter(
            timeline: self, writer: ChromeTraceWriter(sink, origin: origin, metadata: metadata), only: window,
            process: process)
        for index in nodes.indices { try painter.paint(index) }
        try painter.paintThreads()
        return try painter.end()
    }

    /// Writes a node's kernel log as JSON Lines with host times, in place of what is at `path`.
    package func writeKernelLog(of index: Int, to path: String) throws {
        let node = nodes[index]
        var sink = try FileSink(path)
        try KernelLog.writeJSONLines(
            records: node.files.kernelLog, console: node.files.console, map: node.map, to: &sink)
        try sink.commit()
    }

    /// The first moment of any node, which the picture calls zero.
    var origin: HostTime {
        nodes.compactMap { node in node.first.map(node.map.hostTime) }.min() ?? HostTime(nanoseconds: 0)
    }

    private static func microseconds(_ time: HostTime) -> String {
        var text = JSONText()
        text.microseconds(nanoseconds: time.nanoseconds)
        return Trace.text(text.bytes)
    }
}

extension ClockMap {
    /// The largest error between the first and the last of what the clock was fitted to, in µs.
    var worstErrorMicroseconds: Double {
        isAnchored ? (errorPoints + corrections).map { errorMicroseconds(at: $0.guest) }.max() ?? .infinity : .infinity
    }
}
