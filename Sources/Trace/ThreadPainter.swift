import Support

/// The tracks of the threads that moved: one per thread of each process, whatever kernel it was on.
extension TimelinePainter where Sink: ~Copyable {
    /// Writes a track per thread: its hops with their phases, and where it was between them.
    mutating func paintThreads() throws {
        let hops = timeline.migration.hops
        guard !hops.isEmpty else { return }
        let process = timeline.nodes.count + 1
        try writer.process(process, name: "threads that move", place: timeline.nodes.count)
        var index = 0
        var number: Int64 = 0
        while index < hops.count {
            let key = hops[index].key
            let end = hops[index...].firstIndex { $0.key.process != key.process || $0.key.thread != key.thread }
            number += 1
            let track = ChromeTraceWriter<Sink>.Track(process: process, thread: number)
            try writer.thread(
                track, name: "process \(MigrationSummary.hexadecimal(key.process)) thread \(key.thread)",
                place: Int(number))
            try paint(hops[index..<(end ?? hops.count)], on: track)
            index = end ?? hops.count
        }
    }

    /// The hops of one thread. Clocks are not exact, and a request may come before the hop before it is over: each
    /// slice begins where the last one ends at the earliest.
    private mutating func paint(_ hops: ArraySlice<Hop>, on track: ChromeTraceWriter<Sink>.Track) throws {
        var last: (end: HostTime, node: Int32)?
        for hop in hops {
            let times = HopTimes(hop, timeline.nodes.map(\.map))
            guard let begin = times.begin, let end = times.end else { continue }
            let start = max(last?.end ?? begin, begin)
            if let last, start > last.end, shows(last.end, start) {
                try writer.slice("on \(name(last.node))", category: "stay", on: track, from: last.end, to: start)
            }
            let stop = max(start, end)
            if shows(start, stop) { try paint(hop, times, from: start, to: stop, on: track) }
            last = (stop, hop.status < 0 ? hop.from : hop.to)
        }
    }

    private mutating func paint(
        _ hop: Hop, _ times: HopTimes, from start: HostTime, to stop: HostTime,
        on track: ChromeTraceWriter<Sink>.Track
    ) throws {
        var arguments: ChromeTraceWriter<Sink>.Arguments = [
            ("hop", .integer(Int64(hop.key.hop))), ("from", .text(name(hop.from))), ("to", .text(name(hop.to))),
            ("faults", .integer(Int64(hop.stay.faults))), ("pages", .integer(Int64(hop.stay.pages.count))),
        ]
        for phase in HopPhase.allCases {
            if let length = times.length(of: phase) {
                arguments.append(("\(phase.rawValue)_us", .microseconds(length)))
            }
        }
        var title = "\(name(hop.from)) → \(name(hop.to))"
        if hop.status < 0 {
            title += ": \(errorText(-hop.status))"
            arguments.append(("status", .integer(Int64(hop.status))))
        }
        if !hop.isComplete { arguments.append(("unfinished", .flag(true))) }
        try writer.slice(title, category: "hop", on: track, from: start, to: stop, arguments)
        var edge = start
        for phase in HopPhase.allCases where phase != .hop {
            guard let span = times.spans[phase] else { continue }
            let from = min(stop, max(edge, span.lowerBound))
            let to = min(stop, max(from, span.upperBound))
            try writer.slice(phase.title, category: "phase", on: track, from: from, to: to)
            edge = to
        }
    }

    private func name(_ node: Int32) -> String {
        timeline.nodes.first { $0.files.id == node }?.files.name ?? "node \(node)"
    }
}
