import Topology

extension CaptureClock {
    /// Reads how the capture's clock stands to the host's by the frames that the guest sent while its own clock was read.
    ///
    /// Such a frame holds the guest's time of the reading: the host's times around the reading are around the frame, too.
    /// - Parameter samples: the readings of the guest's clock, with frames or without.
    /// - Throws: `TraceError` if the file cannot be read or is no pcap file.
    static func anchors(of path: String, address: IPv4Address, samples: [ClockSample]) throws -> [ClockSample] {
        let readings = Dictionary(samples.map { ($0.guest.nanoseconds, $0) }, uniquingKeysWith: { first, _ in first })
        var reader = try PcapReader.open(path)
        var anchors: [ClockSample] = []
        while let packet = try reader.next() {
            guard let frame = EthernetFrame(packet.bytes), frame.source == address,
                case .discarded(let content) = frame.payload, let guest = guestTime(in: content),
                var reading = readings[guest]
            else { continue }
            reading.guest = GuestTime(nanoseconds: packet.time)
            // QEMU's clock has no ticks.
            reading.grain = 0
            anchors.append(reading)
        }
        return anchors
    }

    /// `popcorn-lab clock NS` (`Images/guest/record/clock.c`).
    private static func guestTime(in content: ArraySlice<UInt8>) -> Int64? {
        let mark = "popcorn-lab clock "
        guard content.starts(with: mark.utf8) else { return nil }
        var scanner = LineScanner(content.dropFirst(mark.utf8.count))
        return scanner.number().flatMap(Int64.init(exactly:))
    }
}
