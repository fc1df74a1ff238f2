import Report
import Results
import Statistics

/// Two runs side by side: whose cases have another verdict, and whose figures differ.
struct RunComparison: Sendable {
    /// A case that is not as it was.
    struct Change: Sendable, Equatable {
        var id: String
        /// `nil` if that run does not have the case.
        var before: Mark?
        var after: Mark?
        /// What is wrong with it now, if anything is.
        var reason: String?
    }

    enum Outcome: Sendable, Equatable {
        case compared(Comparison, SpeedClass)
        /// Too few boots for an interval.
        case tooFew
        /// Some values are not above zero.
        case notPositive
        /// Which fields of the platforms differ, and how.
        case unlike([String])
    }

    /// A figure that both have.
    struct Figure: Sendable {
        var id: String
        var name: String
        var unit: String
        var better: Measurement.Direction
        /// The medians of boots.
        var before: [Double]
        var after: [Double]
        var outcome: Outcome
    }

    var changes: [Change] = []
    /// Those that tell most first.
    var figures: [Figure] = []

    /// The level of all figures together, and the least difference worth telling.
    private static let (level, minimumEffect) = (0.05, 0.03)

    init(_ old: RunResults, _ new: RunResults) {
        let before = Dictionary(old.cases.map { ($0.plan.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.cases.map(\.plan.id))
        for one in new.cases {
            let earlier = before[one.plan.id].map { Mark($0.verdict, isFlaky: $0.isFlaky) }
            let now = Mark(one.verdict, isFlaky: one.isFlaky)
            if earlier != now {
                changes.append(Change(id: one.plan.id, before: earlier, after: now, reason: one.reasonLine))
            }
            if let other = before[one.plan.id] { figures += Self.figures(other, old.boots, one, new.boots) }
        }
        changes += old.cases.filter { !after.contains($0.plan.id) }.map {
            Change(id: $0.plan.id, before: Mark($0.verdict, isFlaky: $0.isFlaky), after: nil, reason: nil)
        }
        classify()
    }

    private struct Key: Hashable {
        var name: String
        var unit: String
    }

    private struct Samples {
        var better: Measurement.Direction
        /// By boot, in order.
        var boots: [(boot: Boot, values: [Double])] = []

        /// Of the boots of one platform.
        func medians(like platform: Fingerprint) -> [Double] {
            boots.filter { platform.differences(from: $0.boot.fingerprint).isEmpty }.map { Robust.median($0.values) }
        }
    }

    private static func figures(_ old: CaseResult, _ oldBoots: [Boot], _ new: CaseResult, _ newBoots: [Boot])
        -> [Figure]
    {
        let before = samples(of: old, oldBoots), after = samples(of: new, newBoots)
        let both = after.keys.filter { before[$0] != nil }.sorted { ($0.name, $0.unit) < ($1.name, $1.unit) }
        return both.compactMap { key -> Figure? in
            guard let ours = before[key], let theirs = after[key] else { return nil }
            return figure(of: new.plan.id, key, ours, theirs)
        }
    }

    /// - Returns: `nil` if a side has no boot.
    private static func figure(of id: String, _ key: Key, _ ours: Samples, _ theirs: Samples) -> Figure? {
        guard let platform = ours.boots.first?.boot.fingerprint, let other = theirs.boots.first?.boot.fingerprint else {
            return nil
        }
        let like = theirs.medians(like: platform)
        var figure = Figure(
            id: id, name: key.name, unit: key.unit, better: theirs.better, before: ours.medians(like: platform),
            after: like, outcome: .unlike(platform.differences(from: other)))
        guard !like.isEmpty else { return figure }
        do throws(Incomparable) {
            figure.outcome = .compared(
                try Comparison(oldMedians: figure.before, newMedians: figure.after), .undecided)
        } catch {
            figure.outcome = error == .notPositive ? .notPositive : .tooFew
        }
        return figure
    }

    /// Of tries that passed, on boots that are known.
    private static func samples(of one: CaseResult, _ boots: [Boot]) -> [Key: Samples] {
        var found: [Key: Samples] = [:]
        for attempt in one.attempts where attempt.verdict == .passed {
            guard let boot = boots.first(where: { $0.id == attempt.boot }) else { continue }
            for measurement in attempt.measurements {
                let values = measurement.values.filter(\.isFinite)
                guard !values.isEmpty else { continue }
                let key = Key(name: measurement.name, unit: measurement.unit)
                var samples = found[key] ?? Samples(better: measurement.better)
                if let index = samples.boots.firstIndex(where: { $0.boot.id == boot.id }) {
                    samples.boots[index].values += values
                } else {
                    samples.boots.append((boot, values))
                }
                found[key] = samples
            }
        }
        return found
    }

    /// Gives those that were compared their words, and puts what tells most first.
    private mutating func classify() {
        let compared = figures.indices.compactMap { index -> (index: Int, comparison: Comparison)? in
            guard case .compared(let comparison, _) = figures[index].outcome, figures[index].better != .neither else {
                return nil
            }
            return (index, comparison)
        }
        for (one, adjusted) in zip(compared, Holm.adjusted(compared.map(\.comparison.pValue))) {
            let word = one.comparison.classified(
                figures[one.index].better == .lower ? .lower : .higher, minimumEffect: Self.minimumEffect,
                isSignificant: adjusted <= Self.level)
            figures[one.index].outcome = .compared(one.comparison, word)
        }
        figures = figures.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(
            \.element)
    }
}

extension RunComparison.Figure {
    fileprivate var rank: Int {
        switch outcome {
        case .compared(_, .slower): 0
        case .compared(_, .faster): 1
        case .compared(_, .undecided): 2
        case .compared(_, .unchanged): 3
        case .tooFew, .notPositive: 4
        case .unlike: 5
        }
    }
}
