import ArgumentParser
import FoundationEssentials
import Report
import Results
import Support

/// `popcorn-lab report`: a run of a suite as a page.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a run of a suite as one HTML file, which needs no other and no script.",
        discussion: """
              popcorn-lab report                    the newest run, as report.html in its directory
              popcorn-lab report 20261130 --open
              popcorn-lab report last -o /srv/www/nightly.html

            The page's path is printed. Logs are not in it but linked, by paths from the page to the run's directory: move \
            both together, or leave the page where it is.
            """)

    @Argument(
        help: ArgumentHelp(
            "The run's id or the beginning of it, `last`, its directory, or a results.json.", valueName: "run"),
        completion: .custom { _, _, _ in
            NamedRun.ids(in: Directories(environment: ProcessInfo.processInfo.environment))
        })
    var run = "last"

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file (default: report.html in the run's directory).", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var output: String?

    @OptionGroup var history: HistoryOptions

    @Flag(help: "Open the page in a browser, by xdg-open.")
    var open = false

    /// A page without the history's part is better than none.
    private func additions(_ results: RunResults) -> ReportAdditions {
        guard history.exists else { return ReportAdditions() }
        do {
            return try RunPast(of: results, in: try history.open(), withSeries: true).additions
        } catch {
            Notice.warning("the page lacks what the history knows: \(error.sentence)")
            return ReportAdditions()
        }
    }

    func run() async throws {
        let named = try NamedRun(run, directories: Directories(environment: ProcessInfo.processInfo.environment))
        let path = output ?? named.directory + "/report.html"
        let place = OutputFile.Place(of: path)
        let page = ReportPage(
            named.results, additions: additions(named.results), directory: named.directory,
            base: PagePath.base(of: place, to: named.directory))
        try OutputFile.write(Array(try page.html().utf8), to: path)
        guard case .file(let file) = place else { return }
        Output.line(file)
        guard open else { return }
        let opener = try await HostCommand("xdg-open", package: "xdg-utils").locate()
        throw ProgramReplacement(path: opener, arguments: [PagePath.absolute(file)], additions: [:])
    }
}

/// How a page finds the files of its run.
enum PagePath {
    /// The way from a page to a directory: empty if the page lies there.
    static func base(of page: OutputFile.Place, to directory: String) -> String {
        // Nobody knows where what goes down a pipe comes to lie.
        guard case .file(let file) = page else { return absolute(directory) }
        let from = absolute(file).split(separator: "/").dropLast()
        let to = absolute(directory).split(separator: "/")
        let common = zip(from, to).prefix { $0 == $1 }.count
        return (Array(repeating: "..", count: from.count - common) + to.dropFirst(common).map(String.init))
            .joined(separator: "/")
    }

    /// A path from the root, without `.` and without symbolic links in its directory.
    static func absolute(_ path: String) -> String {
        let (directory, name) = split(path)
        guard let real = directory.withBytes({ realpath($0, nil) }) else { return path }
        defer { free(real) }
        let text = ByteText.text(real)
        return name.isEmpty ? text : (text == "/" ? "" : text) + "/" + name
    }

    /// The directory, and the name in it; a directory itself has no name.
    private static func split(_ path: String) -> (String, String) {
        var status = stat()
        if path.withBytes({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR { return (path, "") }
        return GivenPath.split(path)
    }
}
