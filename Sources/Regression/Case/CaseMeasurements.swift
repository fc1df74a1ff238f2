import Results
import Trace

/// The figures of one try of a case.
struct CaseMeasurements {
    let one: SuiteCase
    let seen: CaseObserver.Seen
    let counters: [String: Int]

    var all: [Measurement] {
        var all: [Measurement] = []
        if let seconds = seen.programSeconds {
            all.append(Measurement("wall", unit: "ms", better: .lower, [seconds * 1000]))
        }
        if let seconds = seen.cpuSeconds {
            all.append(Measurement("cpu", unit: "ms", better: .lower, [seconds * 1000]))
        }
        for (name, count) in seen.observation.counts.merging(counters, uniquingKeysWith: { $1 }).sorted(by: {
            $0.key < $1.key
        }) {
            all.append(Measurement(name, unit: name == "message_bytes" ? "B" : "", better: .neither, [Double(count)]))
        }
        if !seen.yardstick.isEmpty {
            all.append(Measurement(Self.yardstick, unit: "us", better: .neither, seen.yardstick))
        }
        return all + phases + returns + printed
    }

    /// The name of what was measured beside the case, which the builds under test have no part in.
    static let yardstick = "yardstick"

    /// The median of moves to another node and back, in µs: unlike phases, these do not depend on how exactly the nodes' clocks
    /// are known.
    private var returns: [Measurement] {
        (seen.trace?.migration.thereAndBack ?? []).map { pair in
            Measurement(
                "hop.there_and_back \(pair.nodes.joined(separator: "<->"))", unit: "us", better: .lower,
                [pair.duration.median])
        }
    }

    /// The median of each phase of the hops of each route, in µs.
    private var phases: [Measurement] {
        (seen.trace?.migration.routes ?? []).flatMap { route in
            route.phases.map { phase in
                Measurement(
                    "hop.\(phase.phase.rawValue) \(route.from)->\(route.to)", unit: "us", better: .lower,
                    [phase.duration.median])
            }
        }
    }

    private var printed: [Measurement] {
        one.figures.compactMap { figure in
            // `nan` and `inf` are no samples, and JSON has none.
            let values = figure.pattern.captures(in: seen.text).compactMap { Double($0) }.filter(\.isFinite)
            guard !values.isEmpty else { return nil }
            let better: Measurement.Direction =
                switch figure.better {
                case .lower: .lower
                case .higher: .higher
                case .neither: .neither
                }
            return Measurement(figure.name, unit: figure.unit, better: better, values)
        }
    }
}
