import FoundationEssentials
import Results
import Support

@testable import Report

/// Runs to make pages of.
enum Example {
    private static let tests = String(#filePath.dropLast("ReportTests/Example.swift".count))

    /// A run with a case of every kind, which the tests of results also read.
    static func run() throws -> RunResults {
        try RunResults(reading: tests + "ResultsTests/Examples/run.json")
    }

    /// What breaks out of markup, a terminal or a line if it is let.
    static let hostile =
        "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{run}}\u{301}\"\u{301} id=\"x\u{202e}\u{7}\u{0}]]>"
        + ByteText.text([0xff])

    static let hostileID = "a b/ü\"><#%?&~|'\u{202e}javascript:"

    /// The example with such text in every field.
    static func hostileRun() throws -> RunResults {
        var results = try run()
        results.run.suite = hostile
        results.run.id = hostile
        results.run.suiteFile = hostile
        results.run.version = hostile
        results.run.commandLine = ["popcorn-lab", hostile]
        for index in results.boots.indices {
            results.boots[index].lab = hostile
            results.boots[index].fingerprint.platform[hostile] = hostile
        }
        for index in results.cases.indices { makeHostile(&results.cases[index]) }
        results.run.cases = results.cases.map(\.plan)
        return results
    }

    private static func makeHostile(_ one: inout CaseResult) {
        one.plan.id += hostileID
        for axis in one.plan.axes.keys { one.plan.axes[axis]? += hostile }
        one.reproduce += hostile
        one.reason = one.reason.map { $0 + hostile }
        for attempt in one.attempts.indices {
            one.attempts[attempt].folder = "javascript:" + hostile
            for problem in one.attempts[attempt].problems.indices {
                one.attempts[attempt].problems[problem].summary += hostile
                one.attempts[attempt].problems[problem].node = hostile
                one.attempts[attempt].problems[problem].details.append(hostile)
            }
            for measurement in one.attempts[attempt].measurements.indices {
                one.attempts[attempt].measurements[measurement].name += hostile
                one.attempts[attempt].measurements[measurement].unit += hostile
            }
        }
    }

    /// What history would say of the example.
    static func additions(_ text: String = "") throws -> ReportAdditions {
        let id = try run().cases[1].plan.id
        let points = (0..<40).map { index in
            let level = index < 28 ? 900.0 : 975
            let value = level + Double((index * 37) % 23) - 11
            return FigureSeries.Point(
                run: "run-\(index)" + text, date: 1_792_600_000 + Double(index) * 86_400, median: value,
                low: value - 14,
                high: value + 16, isLike: index != 12 && index != 13)
        }
        let series = FigureSeries(
            id: id + text, figure: "hop.leave x86->arm" + text, unit: "us" + text, points: points, baseline: 902,
            changes: [
                FigureSeries.Change(run: "run-28" + text, text: "+8.2 %" + text),
                FigureSeries.Change(run: "gone", text: "x"),
            ])
        let slow = SlowFigure(
            id: id, figure: "hop.leave x86->arm" + text, unit: "us" + text, before: 901.2, after: 975.4,
            ratio: 1.06...1.11, evidence: "12 boots against 12 of the baseline, measured again in 6" + text)
        let lives = [
            "tutorial/dsm/pair/x86/every-100ms/none/1": "still failing since 20261128-020000-test-91c0, 3 runs" + text,
            "faults/primesum/pair/x86/bounce-20/cut/1": "new failure" + text,
        ]
        return ReportAdditions(lives: lives, slower: [slow], series: [series])
    }

    /// A run of many cases of as many kinds as the example has, or of one of them.
    static func large(_ count: Int, only index: Int? = nil) throws -> RunResults {
        var results = try run()
        let kinds = results.cases
        results.cases = (0..<count).map { number in
            var one = kinds[index ?? (number % 50 < 42 ? 1 : number % kinds.count)]
            one.plan.axes["program"] = "program-\(number % 40)"
            one.plan.axes["migrate"] = "every-\(number / 40 % 12 * 50)ms"
            one.plan.axes["repetition"] = "\(number)"
            one.plan.id = "nightly/program-\(number % 40)/pair/x86/every-\(number / 40 % 12 * 50)ms/none/\(number)"
            for attempt in one.attempts.indices {
                one.attempts[attempt].started = results.run.started + Double(number) * 3
                one.attempts[attempt].folder = "cases/\(one.plan.id)/\(attempt + 1)"
            }
            one.reproduce = results.run.commandLine(reproducing: one.plan)
            return one
        }
        results.run.cases = results.cases.map(\.plan)
        return results
    }
}
