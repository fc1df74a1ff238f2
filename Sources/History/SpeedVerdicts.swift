import Results
import Statistics

/// What a run says of speed, beside the last boots of the same platform.
package struct SpeedVerdicts: Codable, Sendable, Equatable {
    /// What is asked of a difference.
    package struct Rules: Codable, Sendable, Equatable {
        /// The chance of even one false alarm in the run, as far as boots are alike: 0.05.
        package var level = 0.05
        /// 0.03: less than 3 % is not worth telling.
        package var minimumEffect = 0.03
        /// How many runs the noise is learnt from.
        package var runs = 30
        /// How many boots, the last ones of these runs, a figure is compared with.
        package var boots = 30

        /// The usual rules.
        package init() {}
    }

    /// A figure that was compared.
    package struct Judged: Codable, Sendable, Equatable {
        /// Which figure.
        package var key: FigureKey
        /// Of both sides.
        package var unit: String
        /// `lower` or `higher`.
        package var better: Measurement.Direction
        /// The median of the history's boots.
        package var before: Double
        /// The median of this run's boots.
        package var after: Double
        /// This run's boots over the history's.
        package var comparison: Comparison
        /// The p-value, corrected for all figures of the run.
        package var adjustedPValue: Double
        /// What was asked: that of the rules, or the noise if that is larger.
        package var minimumEffect: Double
        /// How much boots of the history differ.
        package var noise: Noise?
        /// In a word.
        package var verdict: SpeedClass
    }

    /// A figure that was not.
    package struct NotCompared: Codable, Sendable, Equatable {
        /// Which figure.
        package var key: FigureKey
        /// Sentences.
        package var reasons: [String]
    }

    /// What was asked.
    package var rules: Rules
    /// In the order of the run's cases.
    package var judged: [Judged]
    /// In the order of the run's cases.
    package var notCompared: [NotCompared]

    /// What became slower.
    package var slower: [Judged] { judged.filter { $0.verdict == .slower } }
    /// What became faster.
    package var faster: [Judged] { judged.filter { $0.verdict == .faster } }

    /// Compares every figure that has a good direction. The run may be recorded already.
    ///
    /// - Throws: `HistoryError` if the history cannot be read; a figure that it does not have is not compared.
    package init(of run: RunResults, in history: History, rules: Rules = Rules()) throws {
        self.rules = rules
        (judged, notCompared) = ([], [])
        let fingerprints = Dictionary(
            run.boots.map { ($0.id, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
        for figure in run.cases.flatMap({ RunFigure.all(of: $0, suite: run.run.suite, fingerprints) }) {
            switch try figure.judged(before: run.run, history, rules) {
            case .success(let found): judged.append(found)
            case .failure(let reasons): notCompared.append(NotCompared(key: figure.key, reasons: reasons.sentences))
            }
        }
        notCompared += Self.withoutReference(run)
        let adjusted = Holm.adjusted(judged.map(\.comparison.pValue))
        for (index, pValue) in adjusted.enumerated() {
            judged[index].adjustedPValue = pValue
            judged[index].verdict = judged[index].comparison.classified(
                judged[index].better == .lower ? .lower : .higher, minimumEffect: judged[index].minimumEffect,
                isSignificant: pValue <= rules.level)
        }
    }

    /// Cases that never passed in one round with the reference.
    private static func withoutReference(_ run: RunResults) -> [NotCompared] {
        run.cases.filter { one in
            one.reference != nil && one.verdict == .passed && RelativeFigures(of: one).ratios.isEmpty
        }.map { one in
            let key = FigureKey(suite: run.run.suite, caseID: one.plan.id, name: ReferenceFigure.ratio("wall"))
            return NotCompared(key: key, reasons: ["the reference build did not pass beside it"])
        }
    }

    /// The same after a second look: what fresh boots, alone, do not find slower or faster too is undecided.
    ///
    /// - Parameter fresh: the verdicts of a run of the same cases on boots that were made for this.
    package func confirmed(by fresh: SpeedVerdicts) -> SpeedVerdicts {
        var result = self
        for index in judged.indices where [.slower, .faster].contains(judged[index].verdict) {
            let again = fresh.judged.first { $0.key == judged[index].key && $0.unit == judged[index].unit }
            if again?.verdict != judged[index].verdict { result.judged[index].verdict = .undecided }
        }
        return result
    }
}
