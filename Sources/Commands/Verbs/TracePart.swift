import ArgumentParser
import Topology
import Trace

/// `trace --after --until`, `--last` or `--hop`: which part of the timeline is written.
struct TracePart: ParsableArguments {
    @Option(
        help: ArgumentHelp("Leave out what ended earlier, in the picture's time, which begins at 0.", valueName: "time")
    )
    var after: TimeSpan?

    @Option(help: ArgumentHelp("Leave out what began later, in the picture's time.", valueName: "time"))
    var until: TimeSpan?

    @Option(help: ArgumentHelp("Only the last part, such as 5s or 200ms.", valueName: "time"))
    var last: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Only this hop, from its request until the thread is warm; THREAD:HOP if several threads have one.",
            valueName: "hop"))
    var hop: HopName?

    var isAll: Bool { after == nil && until == nil && last == nil && hop == nil }

    func validate() throws {
        guard [after != nil || until != nil, last != nil, hop != nil].count(where: \.self) < 2 else {
            throw ValidationError("--after and --until, --last, and --hop exclude each other.")
        }
    }

    /// `nil` for all of it.
    func window(of timeline: Timeline) throws -> TimelineWindow? {
        if let last { return timeline.window(last: last.duration) }
        if let hop { return try timeline.window(hop: hop.number, ofThread: hop.thread) }
        guard !isAll else { return nil }
        return try timeline.window(after: after?.duration, until: until?.duration)
    }
}

/// `17` or `2:17`.
struct HopName: ExpressibleByArgument {
    var thread: UInt32?
    var number: UInt32

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let number = parts.last.flatMap({ UInt32($0) }) else { return nil }
        self.number = number
        guard parts.count == 2 else { return }
        guard let thread = UInt32(parts[0]) else { return nil }
        self.thread = thread
    }
}
