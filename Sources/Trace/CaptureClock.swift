import Support

/// Relates the clocks of captures to the host's and to each other.
///
/// A capture of QEMU's `filter-dump` does not carry the host's time. QEMU stamps a packet with its virtual clock plus
/// the whole second at which the filter was made (net/dump.c): the clock runs at the host's rate, but is off by a
/// constant of up to a second and more, another one for each guest, and it stops while the guest is paused. So a
/// capture has a clock of its own, and is treated like a guest: anchors tie it to the host, and a frame that two
/// captures hold was sent before it was received.
package enum CaptureClock {
    /// How much later than the stamp QEMU may write the packet, on a busy host. Nanoseconds.
    private static let writeDelay: Int64 = 10_000_000
    /// File times are those of the kernel's last tick, 10 ms apart at most (CONFIG_HZ=100). Nanoseconds.
    private static let tick: Int64 = 10_000_000

    /// Reads how the capture's clock stands to the host's: its last packet was stamped just before the file was last
    /// written.
    ///
    /// Good to about 10 ms; frames that two captures share make their relation to each other far better than that.
    /// - Returns: `nil` for a capture without packets, or one whose last packet is incomplete.
    /// - Throws: `TraceError` if the file cannot be read or is no pcap file.
    /// - Precondition: the file is the one QEMU wrote, not a copy with a new date.
    package static func anchor(of path: String) throws -> ClockSample? {
        // The date first: a packet that is added meanwhile makes the anchor wider, not wrong.
        var before = stat()
        guard stat(path, &before) == 0 else { throw TraceError(.unreadable, SystemError("stat \(path)")) }
        var reader = try PcapReader.open(path)
        var last: Int64?
        while let packet = try reader.next() { last = packet.time }
        var after = stat()
        guard stat(path, &after) == 0 else { throw TraceError(.unreadable, SystemError("stat \(path)")) }
        guard let last, reader.note == nil else { return nil }
        return ClockSample(
            hostBefore: HostTime(nanoseconds: nanoseconds(before.st_mtim) - writeDelay),
            guest: GuestTime(nanoseconds: last),
            hostAfter: HostTime(nanoseconds: nanoseconds(after.st_mtim) + tick))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Relates the captures' clocks by their anchors and the frames that two of them share.
    ///
    /// Sharing needs the MAC addresses. The maps take the captures' stamps as guest times.
    /// - Throws: `TraceError` if a file cannot be read or is no pcap file.
    package static func relate(_ sources: [CaptureSource]) throws -> ClockFit {
        var frames = SharedFrames()
        var spans: [ClosedRange<GuestTime>?] = []
        for (index, source) in sources.enumerated() {
            var reader = try PcapReader.open(source.path)
            var span: ClosedRange<GuestTime>?
            while let packet = try reader.next() {
                let time = GuestTime(nanoseconds: packet.time)
                span = min(span?.lowerBound ?? time, time)...max(span?.upperBound ?? time, time)
                let direction = packet.direction(at: source.mac)
                if direction != .unknown { frames.add(packet, of: index, at: time, isSent: direction == .outbound) }
            }
            spans.append(span)
        }
        let nodes = zip(sources, spans).map { source, span in
            ClockProblem.Node(name: source.node, samples: source.anchors, span: span)
        }
        // Both clocks are the host's CLOCK_MONOTONIC but for a constant; 2 ppm is for rounding.
        return ClockFit(ClockProblem(nodes: nodes, messages: frames.messages(), maximumDrift: 2))
    }
}

/// Finds the frames that one capture holds as sent and another as received.
private struct SharedFrames {
    private struct Sighting {
        var capture: Int
        var time: GuestTime
        /// The same bytes were sent twice: which receipt belongs to which sending is not known.
        var isRepeated = false
    }

    private var sent: [UInt64: Sighting] = [:]
    private var received: [UInt64: [Sighting]] = [:]

    mutating func add(_ packet: CapturedPacket, of capture: Int, at time: GuestTime, isSent: Bool) {
        let digest = Self.digest(packet.bytes)
        if isSent {
            if sent[digest] != nil {
                sent[digest]?.isRepeated = true
            } else {
                sent[digest] = Sighting(capture: capture, time: time)
            }
        } else {
            received[digest, default: []].append(Sighting(capture: capture, time: time))
        }
    }

    func messages() -> [ClockProblem.Message] {
        var result: [ClockProblem.Message] = []
        for (digest, origin) in sent where !origin.isRepeated {
            for receipt in received[digest] ?? [] where receipt.capture != origin.capture {
                result.append(
                    ClockProblem.Message(
                        from: origin.capture, to: receipt.capture, sent: origin.time, received: receipt.time))
            }
        }
        return result
    }

    /// FNV-1a over the whole frame, with its length.
    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
