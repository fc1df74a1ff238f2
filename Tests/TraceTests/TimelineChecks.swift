import FoundationEssentials
import Testing

@testable import Trace

/// A Chrome trace as a viewer sees it, and what must hold for any of them.
struct DrawnTimeline {
    struct Track: Hashable {
        var process: Double
        var thread: Double
    }

    struct Slice {
        var track: Track
        var name: String
        var begin: Double
        var end: Double
        var arguments: AnyJSON?
    }

    let events: [AnyJSON]
    let slices: [Slice]

    init(_ timeline: Timeline, only window: TimelineWindow? = nil) throws {
        let sink = try timeline.writeChromeTrace(to: MemorySink(), only: window)
        let file = try JSONDecoder().decode(AnyJSON.self, from: Data(sink.bytes))
        events = try #require(file["traceEvents"]?.list)
        slices = try events.filter { $0["ph"]?.text == "X" }.map { event in
            let begin = try #require(event["ts"]?.number)
            return Slice(
                track: try Self.track(event), name: event["name"]?.text ?? "", begin: begin,
                end: begin + (try #require(event["dur"]?.number)), arguments: event["args"])
        }
    }

    static func track(_ event: AnyJSON) throws -> Track {
        Track(process: try #require(event["pid"]?.number), thread: try #require(event["tid"]?.number))
    }

    /// The slices of the tracks of one process, in the order of time.
    func slices(of process: String) -> [Slice] {
        let named = events.first {
            $0["name"]?.text == "process_name" && $0["args"]?["name"]?.text?.hasPrefix(process) == true
        }
        return slices.filter { $0.track.process == named?["pid"]?.number }.sorted { $0.begin < $1.begin }
    }

    /// How many arrows of a category there are.
    func arrows(_ category: String) -> Int {
        events.count { $0["cat"]?.text == category && $0["ph"]?.text == "s" }
    }

    /// Times are written in ns; as µs in a `Double` they are exact to less than that.
    private static let grain = 0.0005

    /// Slices of one track lie inside or beside each other.
    func expectNesting() {
        for slices in Dictionary(grouping: slices, by: \.track).values {
            var open: [Slice] = []
            for slice in slices.sorted(by: { ($0.begin, $1.end) < ($1.begin, $0.end) }) {
                while let last = open.last, last.end <= slice.begin + Self.grain { open.removeLast() }
                if let last = open.last {
                    #expect(slice.end <= last.end + Self.grain, "\(slice.name) crosses \(last.name)")
                }
                open.append(slice)
            }
        }
    }

    /// Every arrow has one start and one end, its points follow each other in time, and each lies on a slice.
    func expectArrows() throws {
        struct Arrow: Hashable {
            var category: String
            var id: Double
        }
        var points: [Arrow: [(phase: String, time: Double)]] = [:]
        let tracks = Dictionary(grouping: slices, by: \.track)
        for event in events {
            guard let phase = event["ph"]?.text, ["s", "t", "f"].contains(phase) else { continue }
            let time = try #require(event["ts"]?.number)
            let arrow = Arrow(category: event["cat"]?.text ?? "", id: try #require(event["id"]?.number))
            points[arrow, default: []].append((phase, time))
            let onSlice = try tracks[Self.track(event)]?.contains {
                $0.begin <= time + Self.grain && time <= $0.end + Self.grain
            }
            #expect(onSlice == true, "an arrow \(arrow) ends on nothing")
        }
        for (arrow, points) in points {
            let sorted = points.sorted { $0.time < $1.time }
            #expect(points.count { $0.phase == "s" } == 1 && points.count { $0.phase == "f" } == 1, "\(arrow)")
            #expect(sorted.first?.phase == "s" && sorted.last?.phase == "f", "\(arrow) runs backwards")
        }
    }
}
