import ArgumentParser
import FoundationEssentials
import Lab
import Support
import Trace

/// `popcorn-lab trace`: one picture of what several kernels did.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Merge what all nodes recorded in a run into one timeline: for Perfetto, as a table, as a picture.",
        discussion: """
              popcorn-lab trace                    a table of the newest run
              popcorn-lab trace -o trace.json.gz   open it in ui.perfetto.dev
              popcorn-lab trace -o end.json --last 5s
              popcorn-lab trace -o hop.json --hop 17
              popcorn-lab trace --run 20190927 --summary
              popcorn-lab trace --svg echo.svg --from TEST_ECHO --arrows 8
            """)

    @Option(
        help: ArgumentHelp("The run's id or the beginning of it; `last` is the newest.", valueName: "id"),
        completion: .custom { _, _, _ in Completions.runs })
    var run = "last"

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the timeline to this file (Chrome trace event JSON; compressed if its name ends in .gz).",
            valueName: "file"),
        completion: .file())
    var output: String?

    @OptionGroup(title: "Part of the timeline, for --output") var part: TracePart

    @Option(
        help: ArgumentHelp("Write a picture of a few messages to this file (SVG).", valueName: "file"),
        completion: .file(extensions: ["svg"]))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "The type of the message that the picture starts with (default: the first of all).", valueName: "type"))
    var from: String?

    @Option(help: "How many messages the picture shows at most.")
    var arrows = 12

    @Flag(
        help: """
            Print the tables besides: nodes, messages and spans; hops by phase, the hottest pages, delegated calls.
            """)
    var summary = false

    @OptionGroup var format: FormatOption

    func validate() throws {
        guard (1...1000).contains(arrows) else { throw ValidationError("--arrows must be from 1 to 1000.") }
        guard svg != nil || from == nil else { throw ValidationError("--from is for --svg.") }
        guard output != nil || part.isAll else {
            throw ValidationError("--after, --until, --last and --hop are for --output.")
        }
    }

    func run() async throws {
        let store = RunStore(environment: try GlobalOptions.environment())
        let directory = try store.find(run)
        let timeline = try store.timeline(directory)
        for warning in timeline.warnings { Notice.warning(warning) }
        if summary || (output == nil && svg == nil) { try Self.show(timeline.summary, format.format) }
        if let output {
            try timeline.writeChromeTrace(to: output, only: try part.window(of: timeline))
            Notice.line("run \(directory.id): \(output)")
        }
        if let svg {
            try MessagePicture(of: timeline, from: from, count: arrows).write(to: svg)
            Notice.line("run \(directory.id): \(svg)")
        }
    }
}
