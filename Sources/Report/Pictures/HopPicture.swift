import Results

/// Where the threads of a case were over time: a strip for each thread, a line in it for each node. A thread is a path that
/// changes its line while it hops.
struct HopPicture {
    private let record: HopRecord
    private let threads: [[HopRecord.Hop]]
    private let scale: Scale

    private static let width = 900.0
    private static let left = 90.0
    private static let right = 24.0
    private static let top = 20.0
    private static let line = 13.0
    private static let gap = 8.0
    /// More threads make no picture that anybody can read.
    private static let mostThreads = 12

    init?(_ record: HopRecord) {
        guard !record.hops.isEmpty, record.nodes.count > 1 else { return nil }
        self.record = record
        let all = Dictionary(grouping: record.hops, by: \.thread).sorted { $0.key < $1.key }.map(\.value)
        threads = Array(all.prefix(Self.mostThreads))
        let times = threads.joined().flatMap { [$0.begin, $0.end ?? $0.begin] }
        let (low, high) = (min(0, times.min() ?? 0), times.max() ?? 0)
        // Something of the stay after the last hop is to be seen.
        scale = Scale(
            [low, high + max((high - low) * 0.03, 1e-3)], start: Self.left, length: Self.width - Self.left - Self.right)
    }

    /// For those who do not see it, and below it for all: what it shows.
    var label: String {
        let total = Set(record.hops.map(\.thread)).count
        var text =
            "\(record.count) \(record.count == 1 ? "hop" : "hops") of \(total) \(total == 1 ? "thread" : "threads")"
        if record.count > record.hops.count { text += ", the first \(record.hops.count)" }
        if total > threads.count { text += ", the first \(threads.count) threads" }
        let failed = record.hops.count { $0.error != nil }
        if failed > 0 { text += "; \(failed) failed" }
        return text
    }

    var svg: String {
        let strip = Double(record.nodes.count) * Self.line + Self.gap
        let height = Self.top + Double(threads.count) * strip
        var content: [String] = []
        for tick in scale.ticks(8) {
            let x = scale.place(tick)
            content.append(SVG.line(x, Self.top - 4, x, height - 4, "grid"))
            content.append(SVG.text("\(DecimalText.short(tick)) ms", x, 12, "tick"))
        }
        for (index, hops) in threads.enumerated() { content += draw(hops, Self.top + Double(index) * strip) }
        return SVG.picture(width: Self.width, height: height, kind: "hops", label: label, content)
    }

    /// - Parameter top: of the thread's strip.
    private func draw(_ hops: [HopRecord.Hop], _ top: Double) -> [String] {
        func y(_ node: String) -> Double {
            top + (Double(record.nodes.firstIndex(of: node) ?? 0) + 0.5) * Self.line
        }
        var content: [String] = []
        for node in record.nodes {
            let end = Self.width - Self.right
            content.append(SVG.text(Self.shortened(node), 4, y(node) + 4))
            content.append(SVG.line(Self.left, y(node), end, y(node), "grid"))
        }
        var path = "M\(SVG.number(Self.left)) \(SVG.number(y(hops[0].from)))"
        var marks: [String] = []
        for hop in hops {
            let (begin, end) = (scale.place(hop.begin), scale.place(hop.end ?? hop.begin))
            let words = XMLText.escaped(Self.words(hop))
            path += "L\(SVG.number(begin)) \(SVG.number(y(hop.from)))"
            guard hop.error == nil, hop.end != nil else {
                marks.append("<g><title>\(words)</title>" + Self.cross(begin, y(hop.from)) + "</g>")
                continue
            }
            path += "L\(SVG.number(end)) \(SVG.number(y(hop.to)))"
            let dot = #"<circle class="point" cx="\#(SVG.number(end))" cy="\#(SVG.number(y(hop.to)))" r="1.8"/>"#
            marks.append("<g><title>\(words)</title>\(dot)</g>")
        }
        if hops.last?.end != nil { path += "H\(SVG.number(Self.width - Self.right))" }
        return content + [#"<path class="series" d="\#(path)"/>"#] + marks
    }

    private static func words(_ hop: HopRecord.Hop) -> String {
        let place = "\(hop.from) to \(hop.to) at \(DecimalText.short(hop.begin)) ms"
        if let error = hop.error { return "\(place): failed with errno \(error)" }
        guard let end = hop.end else { return "\(place): not seen to end" }
        return "\(place), \(DecimalText.short(end - hop.begin)) ms"
    }

    private static func cross(_ x: Double, _ y: Double) -> String {
        let (left, right, top, bottom) = (x - 3, x + 3, y - 3, y + 3)
        return SVG.line(left, top, right, bottom, "miss") + SVG.line(left, bottom, right, top, "miss")
    }

    private static func shortened(_ name: String) -> String { name.count > 11 ? name.prefix(10) + "…" : name }
}
