import ArgumentParser
import Lab
import Support
import Topology

/// `popcorn-lab migrate`: a thread, to another node, from outside.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Move a running thread to another node, and tell what became of it.",
        discussion: """
              popcorn-lab migrate sort --to arm
              popcorn-lab migrate 412/415 --to x86 --timeout 1min
              popcorn-lab migrate sort --to arm --all

            PID and TID are the origin's, as `popcorn-lab ps` shows them. The thread moves at its next migration point. \
            The time that is given runs from the request until the origin's kernel had sent the thread on and the \
            program ran at the target. Exits with 0 if all threads are there, 124 if one did not come to a migration point \
            in time (the request stands: it moves later), else 1.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var output: FormatOption

    @Option(
        help: ArgumentHelp("The node to move to.", valueName: "node"),
        completion: .custom { _, _, _ in Completions.nodes })
    var to: String

    @Option(
        help: ArgumentHelp("Only processes that were started on this node.", valueName: "node"),
        completion: .custom { _, _, _ in Completions.nodes })
    var on: String?

    @Option(help: ArgumentHelp("How long to wait for a migration point (default: 10s).", valueName: "duration"))
    var timeout: TimeSpan?

    @Flag(help: "Move all threads that are meant.")
    var all = false

    @Argument(help: ArgumentHelp("Which thread: PROGRAM, PID or PID/TID.", valueName: "thread"))
    var thread: String

    func run() async throws {
        let access = try global.access()
        var options = MoveThreads.Options()
        options.origin = on
        options.all = all
        if let timeout { options.timeout = timeout.duration }
        let thread = try ThreadSelector(thread)
        let target = try access.node(to)
        let outcomes = try await PeerCare(access: access).during {
            try await MoveThreads(access: access, options: options).move(thread, to: target)
        }
        switch output.format {
        case .json: try Output.json(outcomes)
        case .table: for outcome in outcomes { Output.line(Self.describe(outcome, options.timeout)) }
        }
        guard outcomes.allSatisfy({ [.moved, .there].contains($0.result) }) else {
            let onlyLate = outcomes.allSatisfy { [.moved, .there, .late].contains($0.result) }
            throw ProgramExit(status: (onlyLate ? ExitStatus.timeout : .failure).rawValue)
        }
    }

    static func describe(_ outcome: MoveThreads.Outcome, _ timeout: Duration) -> String {
        let who = "\(outcome.program) \(outcome.pid)/\(outcome.tid)"
        let place = outcome.node ?? "an unknown node"
        switch outcome.result {
        case .moved:
            return "\(who): moved from \(place) to \(outcome.target) in \(Fixed.text(outcome.milliseconds ?? 0, 1)) ms"
        case .there: return "\(who): is on \(outcome.target) already"
        case .refused:
            return "\(who): stays on \(place); \(outcome.target) refused: \(outcome.reason ?? "for no known reason")"
        case .exited: return "\(who): has ended"
        case .late:
            let hops = outcome.otherHops ?? 0
            let meanwhile = hops > 0 ? "; it made \(hops) other hops meanwhile" : ""
            return "\(who): still on \(place) after \(timeout.formattedSeconds), at no migration point where it can "
                + "leave\(meanwhile); the request stands"
        }
    }
}
