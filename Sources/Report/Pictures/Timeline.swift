import Results

extension ReportPage {
    /// Boots and cases over time, a lane for each lab, and more if labs of one kind were up at the same time.
    func timeline() throws -> PageSection? {
        let picture = TimelinePicture(results)
        guard let svg = picture.svg else { return nil }
        return PageSection(
            id: "timeline", title: "Timeline", body: try PageTemplate(PageParts.timeline).text(["picture": svg]))
    }
}

private struct TimelinePicture {
    /// A boot with the tries on it, or the tries without one.
    private struct Stay {
        var boot: Boot?
        var start: Double
        var end: Double
        var tries: [(one: CaseResult, attempt: Attempt)] = []

        mutating func add(_ one: CaseResult, _ attempt: Attempt) {
            start = min(start, attempt.started)
            end = max(end, attempt.started + attempt.seconds)
            tries.append((one, attempt))
        }
    }

    private struct Lane {
        var name: String
        var stays: [Stay]
    }

    private let results: RunResults
    private let lanes: [Lane]
    private let scale: Scale

    private static let width = 1100.0
    private static let left = 110.0
    private static let top = 22.0
    private static let lane = 34.0
    /// How many tries that did not pass are drawn with a link each.
    private static let links = 600

    init(_ results: RunResults) {
        self.results = results
        lanes = Self.lanes(of: results)
        let stays = lanes.flatMap(\.stays)
        scale = Scale(
            stays.flatMap { [$0.start, $0.end] }.map { $0 - results.run.started }, start: Self.left,
            length: Self.width - Self.left - 32)
    }

    private static func lanes(of results: RunResults) -> [Lane] {
        var stays: [String: Stay] = [:]
        for boot in results.boots {
            stays[boot.id] = Stay(boot: boot, start: boot.started, end: boot.started + boot.seconds)
        }
        for one in results.cases {
            for attempt in one.attempts + (one.reference ?? []) {
                let key = attempt.boot ?? ""
                let end = attempt.started + attempt.seconds
                // In place: a copy of the tries for each of them would take the square of their number.
                stays[key, default: Stay(start: attempt.started, end: end)].add(one, attempt)
            }
        }
        var lanes: [Lane] = []
        for stay in stays.values.sorted(by: { ($0.start, $0.boot?.id ?? "") < ($1.start, $1.boot?.id ?? "") }) {
            let name = stay.boot.map { $0.reference == nil ? $0.lab : "ref. " + $0.lab } ?? "no lab"
            let free = lanes.firstIndex { $0.name == name && ($0.stays.last?.end ?? 0) <= stay.start }
            if let free { lanes[free].stays.append(stay) } else { lanes.append(Lane(name: name, stays: [stay])) }
        }
        return lanes.sorted { $0.name < $1.name }
    }

    var svg: String? {
        guard !lanes.isEmpty, scale.high > scale.low else { return nil }
        let height = Self.top + Double(lanes.count) * Self.lane + 4
        var content = [
            #"<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">"#
                + #"<path class="hatch" d="M0 0V5"/></pattern></defs>"#
        ]
        for tick in scale.ticks(every: Self.step(scale.high - scale.low)) {
            let x = scale.place(tick)
            content.append(SVG.line(x, Self.top - 4, x, height - 4, "grid"))
            content.append(SVG.text(Self.clock(tick), x, 12, "tick"))
        }
        var left = Self.links
        for (index, lane) in lanes.enumerated() {
            let y = Self.top + Double(index) * Self.lane
            content.append(SVG.text(Self.shortened(lane.name), 4, y + 20))
            for stay in lane.stays { content += draw(stay, y, &left) }
        }
        let label =
            "\(results.boots.count) boots in \(lanes.count) lanes over \(DecimalText.seconds(scale.high - scale.low)); "
            + results.sentence
        return SVG.picture(width: Self.width, height: height, kind: "timeline", label: label, content)
    }

    private func x(_ time: Double) -> Double { scale.place(time - results.run.started) }

    private func draw(_ stay: Stay, _ y: Double, _ left: inout Int) -> [String] {
        var content: [String] = []
        content.append(SVG.rectangle(x(stay.start), y + 4, max(1, x(stay.end) - x(stay.start)), 22, "stay"))
        if let boot = stay.boot {
            let end = boot.started + boot.seconds
            content.append(
                #"<g><title>\#(XMLText.escaped("\(boot.words): booted in \(DecimalText.seconds(boot.seconds))"))</title>"#
                    + SVG.rectangle(x(boot.started), y + 4, max(1, x(end) - x(boot.started)), 22, "boot") + "</g>")
        }
        // One path for all tries of a verdict: with 10,000 cases the picture has to be small.
        var paths: [Mark: String] = [:]
        var links: [String] = []
        for (one, attempt) in stay.tries {
            let mark = Mark(attempt)
            // Of a reference, which has no article of its own.
            let isReference = stay.boot?.reference != nil
            let begin = x(attempt.started)
            let width = max(1, x(attempt.started + attempt.seconds) - begin - 0.4)
            if mark == .passed || isReference || left == 0 {
                let (low, height) = mark == .passed ? (y + 14, 9.0) : (y + 4, 22.0)
                let corner = "M\(SVG.number(begin)) \(SVG.number(low))"
                paths[mark, default: ""] +=
                    "\(corner)h\(SVG.number(width))v\(SVG.number(height))h-\(SVG.number(width))z"
            } else {
                left -= 1
                links.append(
                    link(one, attempt, mark, SVG.rectangle(begin, y + 4, max(2.5, width), 22, "bar \(mark.rawValue)")))
            }
        }
        // What is worse lies above.
        let shapes = Mark.allCases.reversed().compactMap { mark in
            paths[mark].map { #"<path class="bar \#(mark.rawValue)" d="\#($0)"/>"# }
        }
        return content + shapes + links
    }

    private func link(_ one: CaseResult, _ attempt: Attempt, _ mark: Mark, _ shape: String) -> String {
        let words = XMLText.escaped(
            "\(one.plan.id), try \(attempt.number): \(mark.words), \(DecimalText.seconds(attempt.seconds))")
        // Keyboards get there by the lists: hundreds of stops here would keep them from the rest.
        return
            ##"<a tabindex="-1" href="#\##(PageLink.anchor(ofCase: one.plan.id))"><title>\##(words)</title>\##(shape)</a>"##
    }

    private static func step(_ range: Double) -> Double {
        let steps = [
            0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
        ]
        return steps.first { $0 * 10 >= range } ?? range / 8
    }

    private static func clock(_ seconds: Double) -> String {
        guard abs(seconds) < 1e9 else { return "" }
        let (whole, sign) = (Int(abs(seconds).rounded()), seconds < 0 ? "-" : "")
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if whole >= 3600 { return "\(sign)\(whole / 3600):\(two(whole / 60 % 60)) h" }
        if whole >= 60 { return "\(sign)\(whole / 60):\(two(whole % 60)) min" }
        return "\(DecimalText.short(seconds)) s"
    }

    private static func shortened(_ name: String) -> String { name.count > 14 ? name.prefix(13) + "…" : name }
}
