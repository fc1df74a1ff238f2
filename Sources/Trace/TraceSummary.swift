/// A run's trace in numbers: how many messages of which type, how long they took, how long what lasted.
package struct TraceSummary: Equatable, Codable, Sendable {
    /// How values are spread. Times are in µs.
    package struct Spread: Equatable, Codable, Sendable {
        /// The value that half of all do not exceed.
        package var median: Double
        /// The value that 99 of 100 do not exceed.
        package var p99: Double
        /// The largest value.
        package var max: Double
        /// The arithmetic mean, which need not be one of the values.
        package var mean: Double

        /// `nil` for no values. Percentiles are by the nearest rank: values that did occur.
        init?(_ values: [Double]) {
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted()
            func rank(_ share: Double) -> Double {
                sorted[Swift.max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
            }
            median = rank(0.5)
            p99 = rank(0.99)
            max = sorted[sorted.count - 1]
            mean = sorted.reduce(0, +) / Double(sorted.count)
        }
    }

    /// All messages of one type, in all directions.
    package struct MessageRow: Equatable, Codable, Sendable {
        /// The type's number in the message layer; -1 if the events do not say.
        package var type: Int32
        /// The type's name in a guest's `/proc/popcorn_types`, or `type N`.
        package var name: String
        /// Messages that were seen on at least one side.
        package var count: Int
        /// The sum of their payloads; a message that both sides saw counts once.
        package var bytes: Int64
        /// Sent and not seen to arrive: lost, or the receiver's trace ends too early.
        package var unreceived: Int
        /// Received and not seen to be sent: the sender's trace begins too late, or lost events.
        var unsent: Int
        /// One way, µs; `nil` if no message has both sides.
        package var latency: Spread?
        /// How wrong each of these latencies may be, µs to either side; `nil` if unknown.
        package var latencyErrorMicroseconds: Double?
        var histogram: Histogram
    }

    /// All spans of one name on one node.
    package struct SpanRow: Equatable, Codable, Sendable {
        /// The name of the node in the lab.
        package var node: String
        /// What the events' names have before `_begin` and `_end`.
        package var name: String
        /// How many were seen to begin and to end.
        package var count: Int
        /// µs.
        package var duration: Spread?
        /// The sum of their lengths, µs on the host's clock.
        package var totalMicroseconds: Double
        /// Begun and not ended when the trace ended.
        package var unfinished: Int
        /// Ended, but begun before the trace.
        var unstarted: Int
    }

    /// What is known of one node.
    package struct NodeRow: Equatable, Codable, Sendable {
        /// The name of the node in the lab.
        package var node: String
        /// Events in its trace.
        package var events: Int
        /// Events that its trace buffer lost, as the trace itself counts them.
        package var lostEvents: UInt64
        /// Messages of its kernel log, with those that only the console shows.
        package var kernelMessages: Int
        /// How many lines of bad news the kernel log has, by severity.
        package var troubles: [String: Int]
        /// Parts per million that host time gains on the guest's.
        package var clockDriftPPM: Double
        /// µs to either side; `nil` if the clock is not related to the host's.
        package var clockErrorMicroseconds: Double?
        /// µs by which times were moved to keep causes before effects; 0 if a straight clock did.
        var clockCorrectionMicroseconds: Double
    }

    /// In the order in which the timeline was given the nodes.
    package var nodes: [NodeRow]
    /// By type.
    package var messages: [MessageRow]
    /// By node, then by name.
    package var spans: [SpanRow]
    /// Hops, page faults and delegated calls; empty if no thread moved.
    package var migration: MigrationSummary
    /// What makes the numbers doubtful, one sentence each: lost events, unrelated clocks.
    package var warnings: [String]

    init(loader: TimelineLoader, fit: ClockFit, places: AddressMap) {
        nodes = zip(loader.nodes, fit.maps).map { node, map in
            NodeRow(
                node: node.files.name, events: node.events, lostEvents: node.lostEvents,
                kernelMessages: node.kernelMessages,
                troubles: Dictionary(uniqueKeysWithValues: node.troubles.map { ($0.key.rawValue, $0.value) }),
                clockDriftPPM: map.drift * 1e6,
                clockErrorMicroseconds: Self.finite(map.worstErrorMicroseconds),
                clockCorrectionMicroseconds: map.largestCorrectionMicroseconds)
        }
        messages = MessageTally(loader: loader, fit: fit).rows
        spans = loader.spans.map { key, times in
            let rate = fit.maps[key.node].rate
            return SpanRow(
                node: loader.nodes[key.node].files.name, name: key.name, count: times.lengths.count,
                duration: Spread(times.lengths.map { $0 * rate }),
                totalMicroseconds: times.lengths.reduce(0, +) * rate,
                unfinished: times.unfinished, unstarted: times.unstarted)
        }.sorted { ($0.node, $0.name) < ($1.node, $1.name) }
        migration = MigrationSummary(loader.migration, nodes: loader.nodes, fit: fit, places: places)
        warnings = loader.warnings + fit.warnings
    }

    static func finite(_ value: Double) -> Double? { value.isFinite && value < 1e11 ? value : nil }
}

/// Adds up the messages of each type.
private struct MessageTally {
    private struct Entry {
        var row: TraceSummary.MessageRow
        var latencies: [Double] = []
        var error = 0.0
    }

    let rows: [TraceSummary.MessageRow]

    init(loader: TimelineLoader, fit: ClockFit) {
        var indices: [Int32: Int] = [:]
        for (index, node) in loader.nodes.enumerated() { indices[node.files.id] = index }
        var entries: [Int32: Entry] = [:]
        var pairErrors: [[Int]: Double] = [:]
        loader.messages.forEach { match in
            guard let end = match.send ?? match.receipt else { return }
            var entry =
                entries.removeValue(forKey: end.type)
                ?? Entry(
                    row: TraceSummary.MessageRow(
                        type: end.type, name: loader.typeNames[end.type], count: 0, bytes: 0, unreceived: 0, unsent: 0,
                        histogram: Histogram()))
            entry.row.count += 1
            entry.row.bytes &+= end.size
            if match.receipt == nil { entry.row.unreceived += 1 }
            if match.send == nil { entry.row.unsent += 1 }
            if let send = match.send, let receipt = match.receipt, let from = indices[match.from],
                let to = indices[match.to]
            {
                let latency =
                    fit.maps[to].hostTime(of: receipt.time).nanoseconds
                    - fit.maps[from].hostTime(of: send.time).nanoseconds
                entry.latencies.append(Double(latency) / 1000)
                entry.row.histogram.add(Double(latency) / 1000)
                let error = pairErrors[[from, to]] ?? fit.pairErrorMicroseconds(from, to)
                pairErrors[[from, to]] = error
                entry.error = max(entry.error, error)
            }
            entries[end.type] = entry
        }
        rows = entries.values.map { entry in
            var row = entry.row
            row.latency = TraceSummary.Spread(entry.latencies)
            if row.latency != nil { row.latencyErrorMicroseconds = TraceSummary.finite(entry.error) }
            return row
        }.sorted { $0.type < $1.type }
    }
}
