import Results
import Statistics

/// The figures of a case over those of the reference build that rode along: a ratio for each round in which both passed.
///
/// Both boots of a round come one after the other on one host, so what the host does to a night, or drifts meanwhile, it does
/// to both sides, and the ratio lacks it. Each ratio has boots of its own on both sides, so ratios are independent as boots are.
struct RelativeFigures {
    /// A figure of one round.
    struct Ratio {
        /// The place of the reference's try among the case's.
        var attempt: Int
        /// The reference's boot.
        var boot: String
        /// One value; its name is `ReferenceFigure.ratio`'s.
        var measurement: Measurement
    }

    private(set) var ratios: [Ratio] = []
    /// The figures of the reference, by name and unit, in the rounds in which it passed.
    private(set) var known: Set<[String]> = []

    init(of result: CaseResult) {
        let reference = result.reference ?? []
        for (index, attempt) in reference.enumerated() {
            guard attempt.verdict == .passed, let boot = attempt.boot else { continue }
            // A round in which the reference passed twice counts once.
            guard !reference[..<index].contains(where: { $0.round == attempt.round && $0.verdict == .passed }) else {
                continue
            }
            let own = result.attempts.filter { $0.round == attempt.round && $0.verdict == .passed }
            for measurement in attempt.measurements where measurement.better != .neither {
                known.insert([measurement.name, measurement.unit])
                let values = own.flatMap(\.measurements).filter {
                    $0.name == measurement.name && $0.unit == measurement.unit
                }.flatMap(\.values)
                guard !values.isEmpty, !measurement.values.isEmpty else { continue }
                let ratio = Robust.median(values) / Robust.median(measurement.values)
                // Of what is not above zero there is no ratio.
                guard ratio > 0, ratio.isFinite else { continue }
                ratios.append(
                    Ratio(
                        attempt: index, boot: boot,
                        measurement: Measurement(
                            ReferenceFigure.ratio(measurement.name), unit: "", better: measurement.better, [ratio])))
            }
        }
    }

    /// Whether the reference measures this figure.
    func has(_ measurement: Measurement) -> Bool { known.contains([measurement.name, measurement.unit]) }
}
