/// Puts the captures of several nodes into one pcapng file, one interface per node, in the order of time.
package struct CaptureMerger: Sendable {
    /// What became of one capture.
    package struct Outcome: Equatable, Sendable {
        /// The node's name in the lab.
        package var node: String
        /// How many packets of it the merged file has.
        package var packets: Int
        /// Why the capture ends early, if it does: the guest was killed in the middle of a packet.
        package var note: String?
        /// How wrong its times may be, in µs; `nil` if the capture's clock was not related to the host's.
        package var clockErrorMicroseconds: Double?
    }

    private let sources: [CaptureSource]
    private let fit: ClockFit?

    /// - Parameter fit: how the captures' clocks are related, in the order of `sources`; without it their stamps stay.
    /// - Throws: `TraceError.Code.mismatch` if there is no source, or the fit is of other captures.
    package init(_ sources: [CaptureSource], clocks fit: ClockFit? = nil) throws {
        guard !sources.isEmpty else { throw TraceError(.mismatch, "there is no capture to merge") }
        if let fit, fit.maps.count != sources.count {
            throw TraceError(
                .mismatch, "the clocks of \(fit.maps.count) captures cannot be used for \(sources.count) captures")
        }
        self.sources = sources
        self.fit = fit
    }

    /// Merges into a file, in place of what is at `path`.
    package func write(to path: String) throws -> [Outcome] {
        var merged = try merge(into: FileSink(path))
        try merged.sink.commit()
        return merged.outcomes
    }

    /// A sink with everything written, and what was written.
    struct Merged<Sink: ByteSink & ~Copyable>: ~Copyable {
        var sink: Sink
        var outcomes: [Outcome]
    }

    /// Merges into a sink and gives it back. One packet per capture is in memory at a time.
    func merge<Sink: ByteSink & ~Copyable>(into sink: consuming Sink) throws -> Merged<Sink> {
        let inputs = try sources.map { try Input($0) }
        var writer = try PcapngWriter(sink)
        for (source, input) in zip(sources, inputs) {
            try writer.interface(name: source.node, linkType: input.linkType, snapLength: input.snapLength)
        }
        for index in inputs.indices { try inputs[index].advance(map: fit?.maps[index]) }
        while let index = earliest(of: inputs), let packet = inputs[index].packet {
            try writer.packet(
                packet, at: inputs[index].time, interface: index, direction: packet.direction(at: sources[index].mac))
            try inputs[index].advance(map: fit?.maps[index])
        }
        let outcomes = zip(sources, inputs).enumerated().map { index, pair in
            let map = fit?.maps[index]
            return Outcome(
                node: pair.0.node, packets: pair.1.count, note: pair.1.note,
                clockErrorMicroseconds: map.flatMap { TraceSummary.finite($0.worstErrorMicroseconds) })
        }
        return Merged(sink: writer.end(), outcomes: outcomes)
    }

    /// The input whose next packet is the first; `nil` when all are at their end.
    private func earliest(of inputs: [Input]) -> Int? {
        var result: Int?
        for (index, input) in inputs.enumerated() where input.packet != nil {
            if let best = result, inputs[best].time <= input.time { continue }
            result = index
        }
        return result
    }

    /// One capture and its next packet. A class, since a reader owns its file and arrays hold only what can be copied.
    private final class Input {
        private var reader: PcapReader
        private(set) var packet: CapturedPacket?
        /// Nanoseconds on the merged file's clock.
        private(set) var time: Int64 = 0
        private(set) var count = 0

        init(_ source: CaptureSource) throws { reader = try PcapReader.open(source.path) }

        var linkType: UInt16 { reader.linkType }
        var snapLength: UInt32 { reader.snapLength }
        var note: String? { reader.note }

        func advance(map: ClockMap?) throws {
            packet = try reader.next()
            guard let packet else { return }
            count += 1
            time = map?.hostTime(of: GuestTime(nanoseconds: packet.time)).nanoseconds ?? packet.time
        }
    }
}
