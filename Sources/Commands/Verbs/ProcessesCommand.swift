import ArgumentParser
import Lab
import Support

/// `popcorn-lab ps`: who is where.
struct ProcessesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "Show every migratable process and thread: its origin, where it is, hops, pages.",
        discussion: """
            PID and TID are the origin's. PAGES are those of shared memory that each node holds. LAST HOP tells how long \
            ago the thread moved, or came back. A node in brackets is one that a thread is still on its way to.

            Kernels of your own are asked for the file of their interface, whose lines are shown as they are, while all peers are \
            connected.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let access = try global.access()
        if let own = try await access.ownProcesses() { return try show(own) }
        let result = try await access.migratableProcesses()
        for (node, problem) in result.unreachable.sorted(by: { $0.key < $1.key }) {
            Notice.warning("\(node) was not asked: \(problem)")
        }
        for silence in result.silences { Notice.line(silence.sentence) }
        if output.format == .json { return try Output.json(result) }
        if result.processes.isEmpty { return Notice.line("nothing migratable runs") }
        var table = Table("PROGRAM", ">PID", ">TID", "ORIGIN", "NOW", ">HOPS", ">REFUSED", "LAST HOP", "PAGES")
        for process in result.processes {
            for thread in process.threads {
                table.add(
                    process.program, "\(process.pid)", "\(thread.tid)", process.origin,
                    thread.hasArrived ? thread.node : "(\(thread.node))", "\(thread.hops)", "\(thread.refused)",
                    Self.ago(thread.secondsSinceMove), Self.pages(process))
            }
        }
        Output.table(table)
    }

    /// Of kernels of the user's own, as they say it.
    private func show(_ own: [OwnProcesses]) throws {
        if output.format == .json { return try Output.json(own) }
        let lines = own.flatMap { node in node.text.split(separator: "\n").map { "\(node.node): \($0)" } }
        if lines.isEmpty { Notice.line("nothing migratable runs") }
        lines.forEach { Output.line($0) }
    }

    private static func ago(_ seconds: Double?) -> String {
        guard let seconds else { return "never" }
        let time = Duration.milliseconds(Int64(seconds * 1000))
        return "\(seconds < 60 ? time.formattedSeconds : time.formattedClock) ago"
    }

    private static func pages(_ process: MigratableProcess) -> String {
        process.pages.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
