import MultiISAInspect

extension InspectCommand {
    /// Answers why a thread does not move while it is in a function.
    static func showHolds(_ holds: [Hold]) {
        show(
            "A thread that was asked to move stays where it is in",
            holds.filter { $0.kind != .short && $0.kind != .nodeLocal })
        show("What a thread gets here means nothing on another node:", holds.filter { $0.kind == .nodeLocal })
        let short = Set(holds.filter { $0.kind == .short }.map(\.function)).sorted()
        guard !short.isEmpty else { return }
        Output.line("")
        let names = short.joined(separator: ", ")
        Output.line("Without a check, as they call nothing, do not loop and are soon over: \(names)")
    }

    private static func show(_ title: String, _ holds: [Hold]) {
        guard !holds.isEmpty else { return }
        Output.line("")
        Output.line(title)
        var table = Table("PLACE", "FUNCTION", "WHY")
        for hold in holds { table.add(hold.place ?? "-", hold.function, hold.reason) }
        Output.table(table)
    }
}
