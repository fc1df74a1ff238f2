import ArgumentParser
import FoundationEssentials
import Lab
import Support
import Topology

/// `popcorn-lab logs`: what the kernels say.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print the kernel logs of all nodes since their boot, merged on the host's clock.",
        discussion: """
              popcorn-lab logs -f
              popcorn-lab logs --since 10s --format json x86
              popcorn-lab logs --serial arm       also of a guest that died

            What a terminal would take for orders shows as escapes such as \\x1b, in files and pipes too; --raw leaves all \
            bytes as they came.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var output: FormatOption

    @Flag(help: "Print dmesg (the default) or the serial console.")
    var source: Source = .dmesg

    @Flag(name: .shortAndLong, help: "Go on with what comes, until Ctrl-C.")
    var follow = false

    @Flag(help: "Print each line's bytes as the guest said them, control characters too.")
    var raw = false

    @Option(
        help: ArgumentHelp("Print only lines younger than this, such as 10s or 5min; for dmesg.", valueName: "duration")
    )
    var since: TimeSpan?

    @Argument(help: "Nodes (default: all).", completion: .custom { _, _, _ in Completions.nodes })
    var nodes: [String] = []

    enum Source: String, EnumerableFlag {
        case dmesg
        case serial
    }

    func validate() throws {
        if raw, output.format == .json { throw ValidationError("--raw is for people's eyes: JSON has no raw bytes.") }
    }

    func run() async throws {
        let access = try global.access()
        let chosen = try access.nodes(nodes)
        var options = Logs.Options()
        options.follow = follow
        options.since = since?.duration
        let logs = Logs(access: access, options: options)
        let raw = raw
        switch source {
        case .serial where raw:
            try await logs.serialBytes(of: chosen) { Output.bytes(Array("\($0): ".utf8) + $1 + [0x0a]) }
        case .serial: try await logs.serialLines(of: chosen) { Output.line("\($0): \($1)") }
        case .dmesg:
            let width = chosen.map(\.name.count).max() ?? 0
            let format = output.format
            try await logs.kernelLines(of: chosen) { Self.print($0, format, width: width, raw: raw) }
        }
        if Task.isCancelled { throw CancellationError() }
    }

    private static func print(_ line: LogLine, _ format: OutputFormat, width: Int, raw: Bool) {
        switch format {
        case .json:
            try? Output.json(line, JSONEncoder())
        case .table:
            let time = line.hostMicroseconds.map(ClockTime.text) ?? "               "
            let node = line.node.padded(to: width)
            let stamp = GuestStamp.text(line.guestMicroseconds)
            let text = "\(time) \(node) [\(stamp)] \(line.text)"
            if raw { Output.bytes(ByteText.bytes(text + "\n")) } else { Output.line(text) }
        }
    }
}
