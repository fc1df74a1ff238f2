/// The clocks of several guests, related to the host's so that no message is received before it was sent.
package struct ClockFit: Sendable {
    /// One for each node of the problem, in its order.
    package private(set) var maps: [ClockMap]
    /// Whether straight lines alone satisfy every sample and every message.
    package private(set) var isConsistent: Bool
    /// By how much samples and messages contradict each other, in µs; 0 if they do not.
    private(set) var contradictionMicroseconds: Double
    /// What the reader of the timeline should know, one sentence each.
    package private(set) var warnings: [String]

    private var pairErrors: [NodePair: Double]

    private struct NodePair: Hashable { var low: Int, high: Int }

    /// Relates the clocks: the map in the middle of all that the samples, bounds and messages allow.
    ///
    /// The time taken grows with the messages as a sort does, and with the nodes cubed (32 nodes: seconds).
    package init(_ problem: ClockProblem) {
        let layout = ClockLayout(problem)
        let program = layout.program()
        let origin = [Double](repeating: 0, count: program.columnCount)
        let (violation, start) = program.leastViolation(from: origin)
        let contradiction = max(0, violation)
        isConsistent = violation < 0
        contradictionMicroseconds = contradiction
        // With a contradiction, everything may be off by as much, and a little more so that there is an inside.
        let solvable = isConsistent ? program : program.relaxed(by: contradiction * 1.05 + 0.5)
        let center = solvable.center(from: start)
        maps = layout.maps(at: center, in: solvable)
        pairErrors = [:]
        for (pair, error) in layout.pairErrors(at: center, in: solvable) {
            pairErrors[NodePair(low: pair.0, high: pair.1)] = error
        }
        warnings = layout.warnings
        if !isConsistent {
            warnings.append(
                "clock samples and messages contradict straight clocks by \(Self.rounded(contradiction)) µs: "
                    + "a guest was paused, or its clock changed its rate")
        }
        repair(problem)
    }

    /// How wrong the difference of two nodes' times can be, in µs, which is less than the sum of their errors where
    /// they exchanged messages in both directions.
    func pairErrorMicroseconds(_ first: Int, _ second: Int) -> Double {
        if first == second { return 0 }
        let corrections = maps[first].largestCorrectionMicroseconds + maps[second].largestCorrectionMicroseconds
        if let error = pairErrors[NodePair(low: min(first, second), high: max(first, second))] {
            return error + corrections
        }
        return [first, second].map { node in
            maps[node].errorPoints.map { Double($0.value) / 1000 }.max() ?? .infinity
        }.reduce(corrections, +)
    }

    private mutating func repair(_ problem: ClockProblem) {
        var repair = CausalRepair(maps: maps, messages: problem.messages)
        repair.run()
        for node in maps.indices {
            maps[node].corrections = repair.corrections[node]
            let largest = maps[node].largestCorrectionMicroseconds
            // Messages within one clock tick of each other may need a few nanoseconds; that is no news.
            if largest > 0.1 {
                warnings.append(
                    "node \(problem.nodes[node].name): times were moved by up to \(Self.rounded(largest)) µs "
                        + "so that no message is received before it was sent")
            }
        }
        if repair.impossibleMessages > 0 {
            warnings.append(
                "\(repair.impossibleMessages) messages depend on each other in a circle: "
                    + "the traces of different runs may be mixed")
        }
    }

    private static func rounded(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
