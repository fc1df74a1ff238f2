import Support

/// A picture of a few messages as SVG: a line per node, time from left to right, an arrow from sending to receipt.
///
/// It is for reports and pages; to look around in a whole run, open the Chrome trace. The picture has a background of
/// its own, so it can be read on any page.
package struct MessagePicture: Sendable {
    /// The message types of arrows, in the order of their first message.
    private struct Arrow {
        let type: Int32
        let from: Int
        let to: Int
        let sent: Int64
        let received: Int64
    }

    private let timeline: Timeline
    private let arrows: [Arrow]

    private static let colours = [
        "#1f6feb", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#7d4e00", "#0a7076", "#57606a",
    ]
    private static let width = 960
    private static let left = 96
    private static let right = 24
    private static let top = 64
    private static let laneHeight = 120

    /// The first messages from one of a type on, whatever type those that follow have.
    ///
    /// - Parameters:
    ///   - type: a message type's name; `nil` for the first message of all.
    ///   - count: how many arrows at most.
    /// - Throws: `TraceError` with `.mismatch` if there is no such message of which both ends were seen.
    package init(of timeline: Timeline, from type: String? = nil, count: Int = 12) throws {
        self.timeline = timeline
        let lanes = Dictionary(uniqueKeysWithValues: timeline.nodes.indices.map { (timeline.nodes[$0].files.id, $0) })
        var all: [Arrow] = []
        timeline.messages.forEach { match in
            guard let send = match.send, let receipt = match.receipt, let from = lanes[match.from],
                let to = lanes[match.to]
            else { return }
            all.append(
                Arrow(
                    type: send.type, from: from, to: to,
                    sent: timeline.nodes[from].map.hostTime(of: send.time).nanoseconds,
                    received: timeline.nodes[to].map.hostTime(of: receipt.time).nanoseconds))
        }
        all.sort { ($0.sent, $0.received) < ($1.sent, $1.received) }
        guard let first = all.firstIndex(where: { type == nil || timeline.typeNames[$0.type] == type }) else {
            let known = Set(all.map { timeline.typeNames[$0.type] }).sorted().joined(separator: ", ")
            throw TraceError(
                .mismatch,
                type.map { "no message of type \($0) was seen on both sides" } ?? "no message was seen on both sides",
                hint: known.isEmpty ? "does the run have trace.txt of two nodes?" : "there are: \(known)")
        }
        arrows = Array(all[first...].prefix(max(1, count)))
    }

    /// Writes the picture, in place of what is at `path`.
    package func write(to path: String) throws {
        var sink = try FileSink(path)
        try sink.write(svg)
        try sink.commit()
    }

    /// The whole SVG file.
    package var svg: String {
        let height = Self.top + (timeline.nodes.count - 1) * Self.laneHeight + 78
        var lines = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" font-family="sans-serif" \
            font-size="13" fill="#1f2328">
            <style>.page{fill:#f6f8fa}.lane{stroke:#8c959f}.grid{stroke:#d0d7de}.faint{fill:#57606a;font-size:11px}\
            .tick{font-size:11px;text-anchor:middle}</style>
            """,
            #"<rect width="\#(Self.width)" height="\#(height)" rx="8" class="page"/>"#,
        ]
        lines += legend + scale(height) + lanes
        for arrow in arrows { lines.append(draw(arrow)) }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var start: Int64 { arrows.map(\.sent).min() ?? 0 }
    /// In ns; never 0.
    private var duration: Int64 { max(1000, (arrows.map(\.received).max() ?? 0) - start) }

    private var types: [Int32] {
        arrows.reduce(into: []) { types, arrow in if !types.contains(arrow.type) { types.append(arrow.type) } }
    }

    private func colour(_ type: Int32) -> String {
        Self.colours[(types.firstIndex(of: type) ?? 0) % Self.colours.count]
    }

    private func x(_ time: Int64) -> String {
        let room = Double(Self.width - Self.left - Self.right)
        return Self.decimal(Double(Self.left) + room * Double(time - start) / Double(duration))
    }

    private func y(_ lane: Int) -> Int { Self.top + lane * Self.laneHeight }

    private func draw(_ arrow: Arrow) -> String {
        let tint = colour(arrow.type)
        let (y1, y2) = (y(arrow.from), y(arrow.to))
        let micros = Self.decimal(Double(arrow.received - arrow.sent) / 1000)
        // The head lies on the arrow's own direction, which SVG's markers know.
        return """
            <g stroke="\(tint)" fill="\(tint)"><title>\(Self.escaped(timeline.typeNames[arrow.type])): \(micros) µs</title>\
            <circle cx="\(x(arrow.sent))" cy="\(y1)" r="3"/>\
            <line x1="\(x(arrow.sent))" y1="\(y1)" x2="\(x(arrow.received))" y2="\(y2)" stroke-width="1.6" \
            marker-end="url(#head-\(arrow.type))"/></g>
            """
    }

    private var lanes: [String] {
        timeline.nodes.enumerated().flatMap { lane, node in
            [
                #"<line x1="\#(Self.left)" y1="\#(y(lane))" x2="\#(Self.width - Self.right)" y2="\#(y(lane))" class="lane"/>"#,
                #"<text x="16" y="\#(y(lane))" font-weight="bold">\#(Self.escaped(node.files.name))</text>"#,
                #"<text x="16" y="\#(y(lane) + 16)" class="faint">\#(Self.escaped(node.files.label))</text>"#,
            ]
        }
    }

    /// What the colours mean, and the arrow heads in the same colours.
    private var legend: [String] {
        var place = Self.left
        return types.flatMap { type in
            let name = timeline.typeNames[type]
            defer { place += 34 + 9 * name.count }
            return [
                """
                <marker id="head-\(type)" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" \
                orient="auto"><path d="M0 0L8 4L0 8z" fill="\(colour(type))"/></marker>
                """,
                #"<rect x="\#(place)" y="18" width="12" height="12" rx="2" fill="\#(colour(type))"/>"#,
                #"<text x="\#(place + 18)" y="29">\#(Self.escaped(name))</text>"#,
            ]
        }
    }

    /// Ticks at round times: 1, 2 or 5 times a power of ten, five to twelve of them.
    private func scale(_ height: Int) -> [String] {
        var step = Int64(1000)
        while duration / step >= 10 { step *= 10 }
        if duration / step < 2 { step /= 5 } else if duration / step < 5 { step /= 2 }
        var lines = stride(from: Int64(0), through: duration, by: Int64.Stride(max(1, step))).flatMap { time in
            [
                #"<line x1="\#(x(start + time))" y1="48" x2="\#(x(start + time))" y2="\#(height - 38)" class="grid"/>"#,
                #"<text x="\#(x(start + time))" y="\#(height - 22)" class="tick">\#(Self.decimal(Double(time) / 1e6))</text>"#,
            ]
        }
        lines.append(
            #"<text x="16" y="\#(height - 22)" class="faint">ms</text>"#)
        return lines
    }

    private static func decimal(_ value: Double) -> String {
        let hundredths = Int64((value * 100).rounded())
        let rest = hundredths % 100
        return rest == 0 ? "\(hundredths / 100)" : "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
