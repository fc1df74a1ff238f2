import Binaries

extension InspectCommand {
    /// Answers why a thread does not move while it is in a function.
    static func showHolds(_ holds: [Hold]) {
        for line in lines(of: holds) { Output.line(line) }
    }

    /// What can take long comes first, and what was inlined or called in several places for one reason is one row. What is
    /// soon over is counted, or named only.
    static func lines(of holds: [Hold]) -> [String] {
        var result = table(
            "A thread that was asked to move stays where it is in",
            [Hold.Kind.noPoint, .loop, .callback].flatMap { kind in holds.filter { $0.kind == kind } })
        result += table(
            "What a thread gets here means nothing on another node:", holds.filter { $0.kind == .nodeLocal })
        let handlers = holds.filter { $0.kind == .signalHandler }
        if let first = handlers.first {
            let place = [first.place, "in \(first.function)"].compactMap(\.self).joined(separator: " ")
            let calls = handlers.count == 1 ? "1 call sets one" : "\(handlers.count) calls set one, the first"
            let what = "Signal handlers never move, and are over when they return"
            result += ["", "\(what): \(calls) (\(place)); --json lists all"]
        }
        let short = Set(holds.filter { $0.kind == .short }.map(\.function)).sorted()
        if !short.isEmpty {
            let names = short.joined(separator: ", ")
            result += ["", "Without a check, as they call nothing, do not loop and are soon over: \(names)"]
        }
        return result
    }

    private static func table(_ title: String, _ holds: [Hold]) -> [String] {
        var rows: [(first: Hold, count: Int)] = []
        for hold in holds {
            let same = rows.firstIndex { $0.first.reason == hold.reason && $0.first.function == hold.function }
            // Each loop is one of its own.
            if let same, hold.kind != .loop {
                rows[same].count += 1
            } else {
                rows.append((hold, 1))
            }
        }
        guard !rows.isEmpty else { return [] }
        var table = Table("PLACE", "FUNCTION", "WHY")
        for (hold, count) in rows {
            let others = count == 1 ? "" : " (and \(count - 1) more \(count == 2 ? "place" : "places") here)"
            table.add(hold.place ?? "-", hold.function, hold.reason + others)
        }
        return ["", title] + table.lines
    }
}
