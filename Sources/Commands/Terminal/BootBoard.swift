import Lab
import Support

/// How far each node of a lab has come, a line per node; `UpProgress` puts it on a terminal.
///
///     x86  3 of 6   12.3 s  waiting for: message layer loaded
///     arm  ready    10.8 s
struct BootBoard {
    private struct Row {
        let name: String
        var met: Set<Requirement> = []
        /// When the last requirement was met.
        var last: Duration = .zero

        var waitingFor: Requirement? { Requirement.allCases.first { !met.contains($0) } }
    }

    private var rows: [Row]

    init(nodes: [String]) { rows = nodes.map { Row(name: $0) } }

    var count: Int { rows.count }

    /// - Parameter after: since the board's start.
    /// - Returns: whether that is news: a node that runs already tells its whole story again.
    mutating func meet(_ requirement: Requirement, node: String, after: Duration) -> Bool {
        guard let index = rows.firstIndex(where: { $0.name == node }) else { return true }
        guard rows[index].met.insert(requirement).inserted else { return false }
        rows[index].last = max(rows[index].last, after)
        return true
    }

    /// A line per node, none longer than `width` columns.
    ///
    /// - Parameter elapsed: since the board's start; a node that is ready keeps the time at which it was.
    func lines(after elapsed: Duration, width: Int) -> [String] {
        let longest = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let waiting = row.waitingFor
            let place = waiting == nil ? "ready" : "\(row.met.count) of \(Requirement.allCases.count)"
            let time = Fixed.text(Double((waiting == nil ? row.last : elapsed).milliseconds) / 1000, 1)
            let line =
                row.name.padded(to: longest) + "  " + place.padded(to: 6) + "  " + time.leftPadded(to: 6) + " s"
                + (waiting.map { "  waiting for: \($0.title)" } ?? "")
            return String(line.prefix(max(1, width)))
        }
    }
}
