import FoundationEssentials
import Support

/// All figures of a run, as a table for people and as JSON for programs.
struct Report: Encodable, Sendable {
    var version = 1
    var created = Date()
    /// The kernel's release and machine, and how many CPUs it has: figures of two hosts do not compare.
    var host = Report.hostText
    var program: String
    /// The benchmark's own peak memory in MiB: the kernel counts it to a child until that has grown past it, so a child
    /// with just this much had at most this much.
    var ownMemory = Report.peakMemory
    var figures: [Figure]

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try OutputFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
    }

    var lines: [String] {
        let header = ["", "MEDIAN", "MIN", "MAX", "AGAINST", "MEDIAN", "MIN", "MAX", "RATIO", "PAIRS", "N", "GOAL", ""]
        let rows = [header] + figures.map(Self.row)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return [0, 4, 12].contains(column) ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static func row(_ figure: Figure) -> [String] {
        let spread = figure.pairRatios.map { "\(number($0.min))-\(number($0.max))" } ?? ""
        let goal = figure.goal.map { goal in
            "\(goal.relation) \(number(goal.limit))" + (goal.subject == .value ? " \(figure.unit)" : "")
        }
        return [figure.name + ", " + figure.unit] + cells(figure.ours) + [figure.against ?? ""]
            + (figure.reference.map(cells) ?? ["", "", ""])
            + [
                figure.ratio.map(number) ?? "", spread, "\(figure.ours.values.count)", goal ?? "",
                figure.isGoalMet.map { $0 ? "met" : "missed" } ?? "",
            ]
    }

    private static func cells(_ samples: Samples) -> [String] {
        [samples.median, samples.min, samples.max].map(number)
    }

    /// Three significant digits are more than these measurements give.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let decimals = abs(value) < 10 ? 2 : abs(value) < 100 ? 1 : 0
        let scale: Double = [1, 10, 100][decimals]
        let scaled = Int64((value * scale).rounded())
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = String(abs(scaled) % Int64(scale))
        return "\(scaled / Int64(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }

    private static var hostText: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        func text(_ bytes: some Any) -> String {
            withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine)), "
            + "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) CPUs"
    }

    private static var peakMemory: Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}
