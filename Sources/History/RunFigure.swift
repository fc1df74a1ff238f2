import Results
import Statistics

/// Why a figure was not compared.
struct Reasons: Error {
    var sentences: [String]
}

/// A figure of a run that is to be judged: its samples by boot, of attempts that passed.
struct RunFigure {
    let key: FigureKey
    let unit: String
    let better: Measurement.Direction
    /// In the order of their first attempts.
    private(set) var boots: [(id: String, fingerprint: Fingerprint, values: [Double])] = []

    /// Those of a case, in the order in which they were measured first. What a reference build beside it measured too counts
    /// relative to that, and by itself no more.
    static func all(of result: CaseResult, suite: String, _ fingerprints: [String: Fingerprint]) -> [RunFigure] {
        let relative = RelativeFigures(of: result)
        var samples = result.attempts.filter { $0.verdict == .passed }.flatMap { attempt in
            attempt.measurements.filter { !relative.has($0) }.map { (attempt.boot, $0) }
        }
        if result.reference != nil {
            // Without a passed try of the reference nobody knows what the host did.
            if relative.known.isEmpty { samples = [] }
            samples += relative.ratios.map { ($0.boot, $0.measurement) }
        }
        var figures: [RunFigure] = []
        for (boot, measurement) in samples where measurement.better != .neither && !measurement.values.isEmpty {
            guard let boot, let fingerprint = fingerprints[boot] else { continue }
            let key = FigureKey(suite: suite, caseID: result.plan.id, name: measurement.name)
            let index = figures.firstIndex { $0.key == key && $0.unit == measurement.unit } ?? figures.count
            if index == figures.count {
                figures.append(RunFigure(key: key, unit: measurement.unit, better: measurement.better))
            }
            figures[index].add(measurement.values, boot, fingerprint)
        }
        return figures
    }

    private init(key: FigureKey, unit: String, better: Measurement.Direction) {
        self.key = key
        self.unit = unit
        self.better = better
    }

    private mutating func add(_ values: [Double], _ boot: String, _ fingerprint: Fingerprint) {
        if let index = boots.firstIndex(where: { $0.id == boot }) {
            boots[index].values += values
        } else {
            boots.append((boot, fingerprint, values))
        }
    }

    /// Compares it; the p-value is not corrected, and there is no verdict yet.
    func judged(
        before run: RunHeader, _ history: History, _ rules: SpeedVerdicts.Rules
    ) throws -> Result<SpeedVerdicts.Judged, Reasons> {
        let platform = boots[0].fingerprint
        let own = boots.filter { platform.differences(from: $0.fingerprint).isEmpty }
        let series: FigureSeries
        do {
            series = try history.series(of: key, like: platform, unit: unit, before: run, runs: rules.runs)
        } catch let error as HistoryError where error.code == .unknown {
            return .failure(Reasons(sentences: ["the history has nothing of it in '\(unit)'"]))
        }
        let old = series.boots.suffix(rules.boots).map(\.median)
        do {
            let new = own.map { Robust.median($0.values) }
            let comparison = try Comparison(oldMedians: old, newMedians: new)
            let noise = Noise(series: series.boots.map(\.median))
            return .success(
                SpeedVerdicts.Judged(
                    key: key, unit: unit, better: better, before: Robust.median(old), after: Robust.median(new),
                    comparison: comparison,
                    adjustedPValue: comparison.pValue, minimumEffect: max(rules.minimumEffect, noise?.share ?? 0),
                    noise: noise, verdict: .undecided))
        } catch .tooFewBoots(let old, let new) {
            let few = """
                too few boots: \(new) here and \(old) before, which must be at least 2 each and \(Comparison.leastBoots) \
                together
                """
            return .failure(Reasons(sentences: [few] + unlike(series) + unlike(platform)))
        } catch .notPositive {
            return .failure(Reasons(sentences: ["some values are not above zero, and have no ratio"]))
        }
    }

    /// What differs in the history's boots that were left out.
    private func unlike(_ series: FigureSeries) -> [String] {
        guard !series.leftOut.isEmpty else { return [] }
        let fields = Set(series.leftOut.flatMap(\.differences)).sorted()
        return ["\(series.leftOut.count) boots before had another platform: " + fields.joined(separator: "; ")]
    }

    /// What differs in this run's own boots from the first of them.
    private func unlike(_ platform: Fingerprint) -> [String] {
        let differences = boots.map { platform.differences(from: $0.fingerprint) }.filter { !$0.isEmpty }
        guard !differences.isEmpty else { return [] }
        let fields = Set(differences.flatMap { $0 }).sorted()
        return ["\(differences.count) boots here had another platform: " + fields.joined(separator: "; ")]
    }
}
