import ArgumentParser
import FoundationEssentials
import History
import Support

/// `popcorn-lab history`: what all regression runs found.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what all runs of suites found so far; bring it elsewhere and back.",
        subcommands: [List.self, Show.self, Export.self, Import.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the runs of suites, newest first.")

        @OptionGroup var history: HistoryOptions
        @OptionGroup var output: FormatOption

        @Option(help: "Only runs of this suite.")
        var suite: String?

        @Option(help: "At most so many runs.")
        var limit = 50

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        }

        func run() async throws {
            if history.file == nil, !history.exists { return try show([]) }
            try show(try history.existing().runs(suite: suite, limit: limit))
        }

        private func show(_ runs: [RunSummary]) throws {
            if output.format == .json { return try Output.json(runs) }
            if runs.isEmpty { return Notice.line("no runs yet" + (suite.map { " of suite '\($0)'" } ?? "")) }
            Output.table(HistoryCommand.table(of: runs))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the figures of a case over all runs, and where they changed.",
            discussion: "Only boots of the platform of the latest one are compared; it says what differs in the others."
        )

        @OptionGroup var history: HistoryOptions
        @OptionGroup var output: FormatOption

        @Argument(help: "The case's id.")
        var caseID: String

        @Option(help: "Only this figure, boot by boot (default: all figures, a line for each).")
        var figure: String?

        @Option(help: "The case's suite, if several have a case of that id.")
        var suite: String?

        func run() async throws {
            let history = try history.existing()
            let suite = try self.suite ?? HistoryCommand.onlySuite(of: caseID, in: history)
            let names = try history.figures(suite: suite, caseID: caseID)
            if let figure, !names.contains(figure) {
                throw HistoryError(
                    .unknown,
                    "case '\(caseID)' has no figure '\(figure)' in suite '\(suite)'"
                        + NearestName.suggestion(for: figure, among: names),
                    hint: names.isEmpty ? nil : "its figures: \(names.joined(separator: ", "))")
            }
            let figures = try (figure.map { [$0] } ?? names).map {
                try FigureHistory(of: FigureKey(suite: suite, caseID: caseID, name: $0), in: history)
            }
            if output.format == .json { return try Output.json(figures) }
            for line in Set(figures.flatMap { HistoryCommand.leftOut(of: $0) }).sorted() { Notice.line(line) }
            if figure != nil, let only = figures.first { return Output.table(HistoryCommand.table(of: only)) }
            if figures.isEmpty { return Notice.line("no figures of case '\(caseID)' yet") }
            Output.table(HistoryCommand.table(of: figures))
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all runs as JSON, a line for each.",
            discussion: "`history import` makes the same history of it. docs/history.md describes the lines.")

        @OptionGroup var history: HistoryOptions

        @Option(help: "Only runs of this suite.")
        var suite: String?

        @Argument(help: "The file to write (default: standard output).", completion: .file())
        var file: String?

        func run() async throws {
            let history = try history.existing()
            guard let file else { return try history.export(suite: suite) { Output.bytes(Array($0)) } }
            var output = try OutputFile(file)
            try history.export(suite: suite) { try output.write($0) }
            try output.commit()
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add the runs of an export; those that are there already stay as they are.",
            discussion: "If a line is broken, nothing of the file is imported.")

        @OptionGroup var history: HistoryOptions

        @Argument(help: "The file that `history export` wrote.", completion: .file())
        var file: String

        func run() async throws {
            let count = try history.open().import(file: file)
            Notice.line("\(count.added) runs added, \(count.replaced) replaced, \(count.kept) already there")
        }
    }
}
