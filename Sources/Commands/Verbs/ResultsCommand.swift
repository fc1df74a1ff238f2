import ArgumentParser
import FoundationEssentials
import Results
import Support

/// `popcorn-lab results`: what a run of a suite found, for people and for CI systems.
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Print what a run of a suite found: as a table, or as CI systems read it.",
        discussion: """
              popcorn-lab results                                   the newest run, what did not pass
              popcorn-lab results last --format junit -o junit.xml
              popcorn-lab results 20261130 --format markdown >> "$GITHUB_STEP_SUMMARY"
              popcorn-lab results artifacts/results.json --format github

            A run that goes on, or was killed, has what it found so far. docs/results.md describes the formats.
            """)

    /// The formats, and a table for people.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, junit, ktap, github, markdown
    }

    @Argument(
        help: ArgumentHelp(
            "The run's id or the beginning of it, `last`, its directory, or a results.json.", valueName: "run"),
        completion: .custom { _, _, _ in Completions.testRuns })
    var run = "last"

    @Option(help: "How to print them.")
    var format = Format.table

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to this file instead of stdout.", valueName: "file"),
        completion: .file())
    var output: String?

    func run() async throws {
        let named = try NamedRun(run, directories: Directories(environment: ProcessInfo.processInfo.environment))
        let text =
            try ResultsFormat(rawValue: format.rawValue)?.text(of: named.results, directory: named.directory)
            ?? Self.table(named.results)
        guard let output else { return Output.bytes(Array(text.utf8)) }
        try OutputFile.write(Array(text.utf8), to: output)
    }

    /// The verdict, and a row for each case that did not pass at its first try.
    ///
    /// - Parameter lives: what the history says of cases, by id.
    static func table(_ results: RunResults, lives: [String: String] = [:]) -> String {
        let head = "\(results.title): \(RunExit(of: results).words)\n\(results.run.id): \(results.sentence)"
        var table = Table("VERDICT", "CASE", ">TRIES", ">TIME", "WHAT IS WRONG")
        let order: [Verdict] = [.failed, .passed, .notJudged, .notRun]
        let rows = order.flatMap { verdict in
            results.cases(verdict).filter { verdict != .passed || $0.isFlaky }
        }
        for one in rows {
            let reason =
                one.isFlaky ? one.attempts.first { $0.verdict == .failed }?.problems.first?.line : one.reasonLine
            table.add(
                one.isFlaky ? "flaky" : one.verdict.words, one.plan.id, "\(one.attempts.count)",
                DecimalText.seconds(one.seconds),
                [reason, lives[one.plan.id].map { "(\($0))" }].compactMap(\.self).joined(separator: " "))
        }
        let lines = VisibleText.text(head, keepsLines: true).split(separator: "\n").map(String.init)
        return (lines + (rows.isEmpty ? [] : [""] + table.lines)).map { $0 + "\n" }.joined()
    }
}
