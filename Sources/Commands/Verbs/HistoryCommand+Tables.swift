import FoundationEssentials
import History
import Results
import Statistics
import Support

extension HistoryCommand {
    /// A line for each run.
    static func table(of runs: [RunSummary]) -> Table {
        var table = Table(
            "RUN", "SUITE", "STARTED", ">PASSED", ">FAILED", ">NOT JUDGED", ">NOT RUN", ">FLAKY", "VERDICT")
        for run in runs {
            let counts = [run.passed, run.failed, run.notJudged, run.notRun, run.flaky].map(String.init)
            let end = run.state == .complete ? "" : ", \(run.state.rawValue)"
            table.add([run.id, run.suite, CalendarTime.text(run.started)] + counts + [run.verdict.rawValue + end])
        }
        return table
    }

    /// A line for each boot of one figure; a change is told where it begins.
    static func table(of figure: FigureHistory) -> Table {
        let unit = figure.series.unit.isEmpty ? "" : " " + figure.series.unit
        var table = Table("RUN", "STARTED", "BOOT", ">SAMPLES", ">MEDIAN\(unit)", "CHANGE")
        let changes = Dictionary(uniqueKeysWithValues: figure.changes.map { ($0.index, $0) })
        for (index, boot) in figure.series.boots.enumerated() {
            table.add(
                boot.run, CalendarTime.text(boot.started), boot.boot, "\(boot.count)", number(boot.median),
                changes[index].map(text) ?? "")
        }
        return table
    }

    /// A line for each figure.
    static func table(of figures: [FigureHistory]) -> Table {
        var table = Table("FIGURE", "UNIT", "BETTER", ">BOOTS", ">LATEST", ">NOISE", "LAST CHANGE")
        for figure in figures {
            let boots = figure.series.boots
            let change = figure.changes.last.map { text($0) + " since \(boots[$0.index].run)" }
            table.add(
                figure.series.key.name, figure.series.unit, figure.series.better.rawValue, "\(boots.count)",
                boots.last.map { number($0.median) } ?? "-",
                figure.noise.map { Fixed.text(100 * $0.share, 1) + " %" } ?? "-", change ?? "")
        }
        return table
    }

    /// What was not compared, for people.
    static func leftOut(of figure: FigureHistory) -> [String] {
        let groups = Dictionary(grouping: figure.series.leftOut, by: \.differences)
        return groups.map { differences, boots in
            "\(boots.count) boots of another platform are left out: \(differences.joined(separator: "; "))"
        }
    }

    /// The suite of a case, if only one has it.
    static func onlySuite(of caseID: String, in history: History) throws -> String {
        let suites = try history.suites(ofCase: caseID)
        guard suites.count == 1 else {
            throw HistoryError(
                .unknown, "several suites have a case '\(caseID)': \(suites.joined(separator: ", "))",
                hint: "--suite says which one")
        }
        return suites[0]
    }

    private static func text(_ change: ChangePoint) -> String {
        guard change.before > 0, change.after > 0 else {
            return "\(number(change.before)) -> \(number(change.after))"
        }
        let percent = 100 * (change.after / change.before - 1)
        return (percent < 0 ? "" : "+") + Fixed.text(percent, 1) + " %"
    }

    /// With four significant digits at least.
    private static func number(_ value: Double) -> String {
        let size = abs(value)
        if value == size.rounded(), size < 1e15 { return Fixed.text(value, 0) }
        return size < 1e-3 ? "\(value)" : Fixed.text(value, size < 1 ? 6 : size < 10 ? 4 : size < 100 ? 2 : 1)
    }
}
