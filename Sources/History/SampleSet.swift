import Results

/// A figure on one try, as a row of `sample_set` and pages have it.
package struct SampleSet {
    /// `wall`, `wall (reference)` or `wall / reference`.
    package var name: String
    /// The place of the try among the case's, or among those of the reference.
    var attempt: Int
    /// The place of the measurement in the try; a ratio is in none, and has a place of its own.
    var position: Int
    package var boot: String?
    var hasPassed: Bool
    package var measurement: Measurement

    /// Of a case: what was measured of it, what was measured of the reference, and the ratios.
    package static func all(of result: CaseResult) -> [SampleSet] {
        let ratios = RelativeFigures(of: result).ratios.enumerated().map { position, ratio in
            SampleSet(
                name: ratio.measurement.name, attempt: ratio.attempt, position: position, boot: ratio.boot,
                hasPassed: true, measurement: ratio.measurement)
        }
        return sets(result.attempts) { $0 } + sets(result.reference ?? [], ReferenceFigure.own) + ratios
    }

    private static func sets(_ attempts: [Attempt], _ name: (String) -> String) -> [SampleSet] {
        attempts.enumerated().flatMap { index, attempt in
            attempt.measurements.enumerated().map { position, measurement in
                SampleSet(
                    name: name(measurement.name), attempt: index, position: position, boot: attempt.boot,
                    hasPassed: attempt.verdict == .passed, measurement: measurement)
            }
        }
    }
}
