import FoundationEssentials
import Support
import Topology

/// What a run left behind of one node. Files that are absent, or empty, are simply not used.
package struct NodeTraceFiles: Equatable, Sendable {
    /// The node's name in the lab.
    package var name: String
    /// What stands behind the name in the picture, such as the ISA.
    package var label: String
    /// The node's number in the message layer, as `from=` and `to=` give it.
    package var id: Int32
    /// `/dev/kmsg` records.
    package var kernelLog: String?
    /// What the guest wrote to its serial console.
    package var console: String?
    /// The text of tracefs' `trace` or `trace_pipe`.
    package var trace: String?
    /// `/proc/popcorn_types`.
    package var types: String?
    /// One `ClockSample` per line.
    package var clock: String?

    /// Makes a node that left no file behind; set those that there are.
    package init(name: String, label: String, id: Int32) {
        self.name = name
        self.label = label
        self.id = id
    }

    /// The files of a run's directory for the node, `RUN/nodes/NODE`, as far as they exist.
    package init(name: String, label: String, id: Int32, directory: String) {
        self.init(name: name, label: label, id: id)
        func existing(_ file: NodeRunFile) -> String? {
            let path = file.path(in: directory)
            return access(path, R_OK) == 0 ? path : nil
        }
        kernelLog = existing(.kernelLog)
        console = existing(.console)
        trace = existing(.trace)
        types = existing(.types)
        clock = existing(.clock)
    }

    /// The name that the picture shows: `x86 (x86-64)`.
    package var title: String { label.isEmpty ? name : "\(name) (\(label))" }

    func clockSamples() throws -> (samples: [ClockSample], badLines: Int) {
        guard let clock else { return ([], 0) }
        return try ClockSample.read(clock)
    }

    func typeNames() throws -> MessageTypeNames {
        guard let types else { return MessageTypeNames() }
        var bytes: [UInt8] = []
        try FileBytes.forEachPiece(of: types) { bytes += $0 }
        return MessageTypeNames(parsing: Trace.text(bytes))
    }

    /// Calls `body` with every event of the trace; see `StampSpreader` for their times.
    func forEachEvent(_ body: (FtraceEvent) throws -> Void) throws -> FtraceParser {
        var parser = FtraceParser()
        guard let trace else { return parser }
        var spreader = StampSpreader()
        try FileBytes.forEachPiece(of: trace) { piece in
            try parser.feed(piece) { event in
                var event = event
                spreader.spread(&event)
                try body(event)
            }
        }
        parser.finish()
        return parser
    }
}

extension ClockSample {
    /// The readings in a file, one a line, and how many lines are none.
    ///
    /// - Throws: `TraceError.Code.unreadable`.
    package static func read(_ path: String) throws -> (samples: [ClockSample], badLines: Int) {
        var samples: [ClockSample] = []
        var badLines = 0
        var splitter = LineSplitter()
        let decoder = JSONDecoder()
        func take(_ line: ArraySlice<UInt8>) {
            guard line.contains(where: { $0 > 0x20 }) else { return }
            if let sample = try? decoder.decode(ClockSample.self, from: Data(line)) {
                samples.append(sample)
            } else {
                badLines += 1
            }
        }
        try FileBytes.forEachPiece(of: path) { splitter.feed($0).forEach(take) }
        if let line = splitter.finish() { take(line) }
        return (samples, badLines)
    }
}

/// Sets events of a node that carry one stamp a few nanoseconds apart, in the order of the text.
///
/// ftrace prints whole µs, and a page fault begins and sends its request within one. In a picture both would start at
/// one point, and which contains the other would be lost. A guest's clock may also stand still for longer: while no
/// tick comes, if the kernel does not trust its counter. Then a message and the answer to it, which another thread
/// receives, carry one stamp, and only the order of the text tells which was first. The text is in the order of time
/// of all CPUs: ftrace merges their buffers by the full stamp.
struct StampSpreader {
    private var stamp: Int64 = .min
    private var given: Int64 = .min
    private static let distance: Int64 = 2
    /// Below half of a stamp's own grain, so that nothing overtakes the next µs.
    private static let farthest: Int64 = 450

    mutating func spread(_ event: inout FtraceEvent) {
        let time = event.time.nanoseconds
        given = time == stamp ? min(given + Self.distance, time + Self.farthest) : time
        stamp = time
        event.time = GuestTime(nanoseconds: given)
    }
}

extension FtraceEvent {
    /// The thread as one number. Every CPU has an idle thread, all of them with pid 0: they get numbers above any
    /// pid's (PID_MAX_LIMIT is 2^22).
    var thread: Int64 { pid == 0 ? Int64(1 << 22) + 1000 + Int64(cpu) : Int64(pid) }
}
