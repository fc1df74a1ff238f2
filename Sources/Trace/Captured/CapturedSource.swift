/// What a node's capture or its log tells, in the order of time. A class, since a reader owns its file and arrays hold only what can
/// be copied.
final class CapturedSource {
    enum Item {
        case message(CapturedConnection.Sighting)
        case mark(CapturedMark)
    }

    /// The node's place among the lab's.
    let index: Int
    /// What comes next; `nil` at the end.
    private(set) var next: Item?
    /// When it was.
    private(set) var time = HostTime(nanoseconds: 0)

    private var marks: ArraySlice<(HostTime, CapturedMark)> = []
    private var reader: CapturedMessageReader?
    private var map: ClockMap?

    init(_ index: Int, marks: [(HostTime, CapturedMark)]) {
        self.index = index
        self.marks = marks[...]
    }

    /// - Parameter map: of the capture's clock.
    init(_ index: Int, messages reader: consuming CapturedMessageReader, map: ClockMap) {
        self.index = index
        self.reader = consume reader
        self.map = map
    }

    func advance() throws {
        if let map {
            let found = try reader?.next()
            next = found.map { .message($0.sighting) }
            if let found { time = map.hostTime(of: GuestTime(nanoseconds: found.time)) }
        } else {
            let mark = marks.popFirst()
            next = mark.map { .mark($0.1) }
            if let mark { time = mark.0 }
        }
    }

    /// What is missing.
    func warnings(_ name: String) -> [String] {
        guard map != nil else { return [] }
        var warnings: [String] = []
        if let note = reader?.note { warnings.append("node \(name): \(note)") }
        if let skipped = reader?.skipped, skipped.bytes > 0 || skipped.times > 0 {
            warnings.append(
                "node \(name): \(skipped.bytes) bytes of its connections could not be read as messages, "
                    + "at \(max(1, skipped.times)) places: packets are missing in its capture, or begin within a message"
            )
        }
        return warnings
    }
}
