import ArgumentParser
import Lab
import Support

/// `popcorn-lab ping`: how fast two kernels talk.
struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Measure the message layer between two nodes, beside plain TCP between the same guests.",
        discussion: """
            Round trips are measured in the kernels; both measurements take turns, so that they share what else the host \
            does. MB/S is one-way, in 64 KiB messages.

              popcorn-lab ping x86 arm --size 4096
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var output: FormatOption

    @Option(name: .shortAndLong, help: "Bytes of payload each way, 0 to 65536.")
    var size: Int = 64

    @Option(name: .shortAndLong, help: "Round trips, 2 to 1000000.")
    var count: Int = 1000

    @Option(help: "Messages of 64 KiB for the throughput; 0 leaves it out.")
    var stream: Int = 400

    @Flag(inversion: .prefixedNo, help: "Measure plain TCP too.")
    var tcp = true

    @Argument(help: "The node that asks.", completion: .custom { _, _, _ in Completions.nodes })
    var from: String

    @Argument(help: "The node that answers.", completion: .custom { _, _, _ in Completions.nodes })
    var to: String

    func validate() throws {
        guard (0...65536).contains(size) else { throw ValidationError("--size must be from 0 to 65536.") }
        guard (2...1_000_000).contains(count) else { throw ValidationError("--count must be from 2 to 1000000.") }
        guard (0...1_000_000).contains(stream) else { throw ValidationError("--stream must be from 0 to 1000000.") }
    }

    func run() async throws {
        let access = try global.access()
        var options = Ping.Options()
        options.size = size
        options.count = tcp ? count / 2 : count
        options.streamCount = tcp ? stream / 2 : stream
        options.comparesTCP = tcp
        let outcome = try await Ping(access: access, options: options).measure(
            from: try access.node(from), to: try access.node(to))
        switch output.format {
        case .json: try Output.json(outcome)
        case .table: Self.show(outcome)
        }
    }

    static func show(_ outcome: Ping.Outcome) {
        Output.line("\(outcome.from) -> \(outcome.to): \(outcome.count) round trips of \(outcome.size) bytes, µs")
        var table = Table("", ">MIN", ">P50", ">P99", ">MAX", ">MB/S")
        table.add(row("message layer", outcome.messageLayer))
        if let tcp = outcome.tcp { table.add(row("TCP", tcp)) }
        if let ratio = outcome.roundTripRatio {
            table.add(
                "ratio", "", Fixed.text(ratio, 2), "", "", outcome.throughputRatio.map { Fixed.text($0, 2) } ?? "-")
        }
        Output.table(table)
        if outcome.batch > 1 {
            Output.line(
                "The message layer's figures are of means of \(outcome.batch) round trips: its kernel tells no more.")
        }
    }

    private static func row(_ name: String, _ measurement: Ping.Measurement) -> [String] {
        let trips = measurement.roundTrips
        let times = [trips.min, trips.p50, trips.p99, trips.max].map { Fixed.text($0, 1) }
        return [name] + times + [measurement.megabytesPerSecond.map { Fixed.text($0, 1) } ?? "-"]
    }
}
