import FoundationEssentials
import Results
import Support
import TestSupport

/// A run with a case of every kind: `Examples/run.json`.
enum Example {
    /// A directory of the package.
    static func path(_ name: String) -> String {
        String(#filePath.dropLast("Tests/ResultsTests/Example.swift".count)) + name
    }

    static var file: String { path("Tests/ResultsTests/Examples/run.json") }

    static func run() throws -> RunResults { try RunResults(reading: file) }

    /// All that may go wrong with text, at every place that takes some.
    static let hostile =
        "</script><b>\"'&]]>\u{1b}[31m\u{0}\r\n::error::x%0A|`a``|\\|\u{202e}#\t\u{fffe}\u{ffff}\u{1f600} \"\u{301}"
        + ByteText.text([0xff, 0xc3])

    /// The example with such text in every field.
    static func hostileRun() throws -> RunResults {
        var results = try run()
        results.run.suite = hostile
        results.run.id = hostile
        for index in results.cases.indices {
            var one = results.cases[index]
            one.plan.id += hostile
            for axis in one.plan.axes.keys { one.plan.axes[axis]? += hostile }
            one.reproduce += hostile
            one.reason = one.reason.map { $0 + hostile }
            for attempt in one.attempts.indices {
                one.attempts[attempt].folder += hostile
                for problem in one.attempts[attempt].problems.indices {
                    one.attempts[attempt].problems[problem].summary += hostile
                    one.attempts[attempt].problems[problem].node = hostile
                    one.attempts[attempt].problems[problem].details.append(hostile)
                }
            }
            results.cases[index] = one
        }
        results.run.cases = results.cases.map(\.plan)
        return results
    }

    /// What says `nil` if a document is right, and what is wrong with it otherwise.
    static func complaint(_ tool: String, _ words: [String]) async throws -> String? {
        let ending = try await CommandLineTool(executable: tool)(words, limit: .seconds(60))
        return ending.status == 0 ? nil : ending.description
    }
}
