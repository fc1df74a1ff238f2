import Trace

/// The tables of `trace --summary`.
extension TraceCommand {
    static func show(_ summary: TraceSummary, _ format: OutputFormat) throws {
        if format == .json { return try Output.json(summary) }
        Output.table(nodes(summary.nodes))
        let migration = summary.migration
        let tables: [(isEmpty: Bool, table: Table)] = [
            (summary.messages.isEmpty, messages(summary.messages)), (summary.spans.isEmpty, spans(summary.spans)),
            (migration.routes.isEmpty, hops(migration.routes)),
            (migration.routes.allSatisfy(\.phases.isEmpty), phases(migration.routes)),
            (migration.thereAndBack.isEmpty, thereAndBack(migration.thereAndBack)),
            (migration.pages.isEmpty, pages(migration.pageRanges)), (migration.calls.isEmpty, calls(migration.calls)),
        ]
        for entry in tables where !entry.isEmpty {
            Output.line("")
            Output.table(entry.table)
        }
    }

    private static func nodes(_ rows: [TraceSummary.NodeRow]) -> Table {
        var table = Table("NODE", ">EVENTS", ">LOST", ">DMESG", ">DRIFT PPM", ">CLOCK ERROR µs", "TROUBLE")
        for node in rows {
            let troubles = node.troubles.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            table.add(
                node.node, String(node.events), String(node.lostEvents), String(node.kernelMessages),
                Fixed.text(node.clockDriftPPM, 1), node.clockErrorMicroseconds.map { Fixed.text($0, 0) } ?? "-",
                troubles.isEmpty ? "-" : troubles.joined(separator: ", "))
        }
        return table
    }

    private static func messages(_ rows: [TraceSummary.MessageRow]) -> Table {
        var table = Table("MESSAGE", ">COUNT", ">BYTES", ">P50 µs", ">P99 µs", ">MAX µs", ">± µs", ">LOST")
        for row in rows {
            table.add(
                [row.name, String(row.count), String(row.bytes)] + spread(row.latency)
                    + [number(row.latencyErrorMicroseconds), String(row.unreceived)])
        }
        return table
    }

    private static func spans(_ rows: [TraceSummary.SpanRow]) -> Table {
        var table = Table("NODE", "SPAN", ">COUNT", ">P50 µs", ">P99 µs", ">MAX µs", ">TOTAL µs")
        for row in rows {
            table.add(
                [row.node, row.name, String(row.count)] + spread(row.duration) + [Fixed.text(row.totalMicroseconds, 1)])
        }
        return table
    }

    private static func hops(_ routes: [MigrationSummary.Route]) -> Table {
        var table = Table(
            "HOPS", ">COUNT", ">UNFINISHED", ">PAGES P50", ">PAGES P99", ">PAGES MEAN", "FAILED")
        for route in routes {
            let failures = route.failed.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            table.add(
                title(route), String(route.hops), String(route.unfinished),
                route.pages.map { Fixed.text($0.median, 0) } ?? "-", route.pages.map { Fixed.text($0.p99, 0) } ?? "-",
                number(route.pages?.mean), failures.isEmpty ? "-" : failures.joined(separator: ", "))
        }
        return table
    }

    private static func phases(_ routes: [MigrationSummary.Route]) -> Table {
        var table = Table("HOPS", "PHASE", ">COUNT", ">P50 µs", ">P99 µs", ">MAX µs", ">± µs")
        for route in routes {
            for row in route.phases {
                table.add(
                    [title(route), row.phase.title, String(row.count)] + spread(row.duration)
                        + [number(row.errorMicroseconds)])
            }
        }
        return table
    }

    private static func thereAndBack(_ rows: [MigrationSummary.ThereAndBack]) -> Table {
        var table = Table("THERE AND BACK", ">COUNT", ">P50 µs", ">P99 µs", ">MAX µs")
        for row in rows {
            table.add([row.nodes.joined(separator: " ⇄ "), String(row.count)] + spread(row.duration))
        }
        return table
    }

    /// More than these are for JSON, which has every page.
    private static let mostRanges = 20

    private static func pages(_ rows: [MigrationSummary.PageRange]) -> Table {
        let severalProcesses = Set(rows.map(\.process)).count > 1
        var table = Table("HOTTEST PAGES", ">FAULTS", ">REMOTE", ">WRITES", ">SIGBUS", ">WAIT µs", "WHAT LIES THERE")
        for row in rows.prefix(mostRanges) {
            let sum = row.sum
            table.add(
                row.addresses + (severalProcesses ? " of \(row.process)" : ""), String(sum.faults), String(sum.remote),
                String(sum.writes), String(sum.failed), Fixed.text(sum.waitMicroseconds, 1), row.place ?? "-")
        }
        return table
    }

    private static func calls(_ rows: [MigrationSummary.Call]) -> Table {
        var table = Table("DELEGATED CALL", ">COUNT", ">P50 µs", ">P99 µs", ">MAX µs", ">UNFINISHED")
        for row in rows {
            table.add([row.name, String(row.count)] + spread(row.duration) + [String(row.unfinished)])
        }
        return table
    }

    private static func title(_ route: MigrationSummary.Route) -> String { "\(route.from) → \(route.to)" }

    /// Median, 99th percentile and largest.
    private static func spread(_ values: TraceSummary.Spread?) -> [String] {
        [number(values?.median), number(values?.p99), number(values?.max)]
    }

    private static func number(_ value: Double?) -> String { value.map { Fixed.text($0, 1) } ?? "-" }
}
