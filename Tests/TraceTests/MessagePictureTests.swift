import FoundationEssentials
import TestSupport
import Testing

@testable import Trace

@Suite("Pictures of messages")
struct MessagePictureTests {
    private func timeline(exchanges: Int, names: [String] = ["x86", "arm"]) throws -> Timeline {
        let scratch = try Scratch()
        var run = SyntheticRun()
        for (index, name) in names.enumerated() { run.nodes[index].name = name }
        run.exchange(exchanges)
        return try Timeline.load(nodes: try run.write(to: scratch))
    }

    private func arrows(_ svg: String) -> [(x1: Double, y1: Double, x2: Double, y2: Double)] {
        func number(_ line: Substring, _ key: String) -> Double {
            guard let range = line.firstRange(of: " \(key)=\"") else { return .nan }
            return Double(line[range.upperBound...].prefix { $0 != "\"" }) ?? .nan
        }
        return svg.split(separator: "\n").filter { $0.contains("marker-end") }.map { line in
            let drawn = line[(line.firstRange(of: "<line")?.lowerBound ?? line.startIndex)...]
            return (number(drawn, "x1"), number(drawn, "y1"), number(drawn, "x2"), number(drawn, "y2"))
        }
    }

    @Test("each message is an arrow from its node's line to the other's, and no arrow points to the left")
    func arrowsPointForwards() throws {
        let picture = try MessagePicture(of: try timeline(exchanges: 20), count: 8)
        let drawn = arrows(picture.svg)
        #expect(drawn.count == 8)
        #expect(drawn.allSatisfy { $0.x2 > $0.x1 && $0.y1 != $0.y2 })
        #expect(drawn.allSatisfy { $0.x1 >= 96 && $0.x2 <= 936 })
        // Requests and replies alternate in the run.
        #expect(
            Set(drawn.enumerated().map { $0.offset.isMultiple(of: 2) == ($0.element.y1 < $0.element.y2) }) == [true])
    }

    @Test("the picture begins with the type that was asked for")
    func beginsWithType() throws {
        let picture = try MessagePicture(of: try timeline(exchanges: 5), from: "PAGE_RESPONSE", count: 3)
        let titles = picture.svg.matches(of: /<title>([A-Z_]+):/).map { String($0.output.1) }
        #expect(titles == ["PAGE_RESPONSE", "PAGE_REQUEST", "PAGE_RESPONSE"])
        #expect(try MessagePicture(of: try timeline(exchanges: 1), count: 100).svg.contains("PAGE_REQUEST"))
    }

    @Test("an unknown type is refused, and the error names those that are there")
    func unknownType() throws {
        let timeline = try timeline(exchanges: 2)
        let error = try #require(throws: TraceError.self) { try MessagePicture(of: timeline, from: "NONSENSE") }
        #expect(error.hint?.contains("PAGE_REQUEST, PAGE_RESPONSE") == true)
    }

    @Test("a run without messages is refused")
    func noMessages() throws {
        let timeline = try timeline(exchanges: 0)
        #expect(throws: TraceError.self) { try MessagePicture(of: timeline) }
    }

    @Test("names with markup in them stay text")
    func escapesNames() throws {
        let svg = try MessagePicture(of: try timeline(exchanges: 1, names: ["a&b", "c"])).svg
        #expect(svg.contains(">a&amp;b<"))
        #expect(!svg.contains("a&b"))
    }
}
