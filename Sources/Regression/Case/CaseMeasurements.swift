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
        return all + phases + printed
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
