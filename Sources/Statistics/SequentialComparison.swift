/// Compares two builds by fresh boots that alternate, and stops when enough is known.
///
/// Boots come in the order A B B A, so that a host that becomes slower meanwhile does so to both. After certain counts of
/// boots it looks at all figures. Looking again and again would raise false alarms; so each look has a share of the level
/// only, and the shares add up to it: whatever the looks have to do with each other, the chance of even one false alarm is
/// at most the level, by the exact rank test. At a look, Holm's correction divides its share among the figures. In the same
/// way, the looks share the chance of taking a figure that differs by the minimum effect for unchanged, by the interval.
///
/// A boot may bring a yardstick for a figure (`YardstickFit`); figures of which all boots have one are corrected by it.
///
/// It knows no lab: it says which side to boot, and is told what was measured there.
package struct SequentialComparison: Sendable {
    /// One of the two builds.
    package enum Side: String, Codable, Sendable, CaseIterable {
        /// What is known.
        case base
        /// What is asked about.
        case head
    }

    /// What is asked, and how much may be spent.
    package struct Plan: Codable, Sendable, Equatable {
        /// The chance of even one false alarm among all figures.
        package var level = 0.02
        /// The chance of calling a figure unchanged that differs by the minimum effect.
        package var missLevel = 0.1
        /// 0.03: less than 3 % is not worth telling.
        package var minimumEffect = 0.03
        /// An interval is narrow enough if it reaches no farther than this from the ratio, up and down.
        package var precision = 0.01
        /// After how many boots a side it looks, in ascending order; the last one is the budget.
        package var looks = [6, 9, 13, 18, 24, 30]

        /// The usual plan.
        package init() {}

        /// The part of the level that a look may spend. Equal parts find large effects early.
        package var share: Double { level / Double(max(1, looks.count)) }
        /// Of the intervals at each look: both of their ends must be nearer to 1 than the minimum effect.
        package var confidence: Double { 1 - 2 * missLevel / Double(max(1, looks.count)) }
    }

    /// Why it stopped.
    package enum Stop: String, Codable, Sendable {
        /// Something can be said of every figure.
        case decided
        /// What cannot be said would need far more boots: the intervals are narrow already.
        case narrow
        /// The budget is spent.
        case spent
        /// The caller stopped it.
        case stopped
    }

    /// What to do.
    package enum Step: Sendable, Equatable {
        case boot(Side)
        case stop(Stop)
    }

    /// What is known of a figure.
    package struct Finding: Codable, Sendable, Equatable {
        /// At the look that decided, or else the last one; `nil` if the sides cannot be compared.
        package var comparison: Comparison?
        /// Of that look; to be compared with its share of the level.
        package var adjustedPValue: Double?
        /// In a word; a word that is said is not taken back.
        package var verdict: SpeedClass
        /// The look that decided, from 1.
        package var look: Int?
        /// Of that look: what the boots' yardstick has corrected; `nil` if they have none.
        package var yardstick: YardstickFit?
    }

    /// What is asked.
    package let plan: Plan
    /// Which figures count, and which way they are good. Others are ignored.
    package let figures: [String: Better]
    /// What is known so far; there is nothing of a figure before the first look.
    package private(set) var findings: [String: Finding] = [:]
    /// How many boots each side has had.
    package private(set) var counts: [Side: Int] = [.base: 0, .head: 0]

    private var boots: [Side: [String: [MeasuredBoots.Boot]]] = [.base: [:], .head: [:]]
    private var looked = 0
    private var stop: Stop?

    /// Begins without any boots.
    package init(figures: [String: Better], plan: Plan = Plan()) {
        self.figures = figures
        self.plan = plan
        if figures.isEmpty { stop = .decided }
        if plan.looks.isEmpty { stop = .spent }
    }

    /// What to do next. A boot that failed need not be told: the same side is asked for again.
    package var next: Step {
        if let stop { return .stop(stop) }
        let base = counts[.base] ?? 0, head = counts[.head] ?? 0
        // A side that is behind its turn, since it got boots that nobody asked for, catches up.
        if abs(base - head) > 1 { return .boot(base < head ? .base : .head) }
        return .boot([0, 3].contains((base + head) % 4) ? .base : .head)
    }

    /// Takes in what a boot measured. Boots after the stop are ignored.
    ///
    /// - Parameters:
    ///   - samples: by figure.
    ///   - yardsticks: by figure, the samples of what was measured beside it.
    package mutating func add(
        _ samples: [String: [Double]], yardsticks: [String: [Double]] = [:], from side: Side
    ) {
        guard stop == nil else { return }
        counts[side, default: 0] += 1
        for (name, values) in samples where figures[name] != nil && !values.isEmpty {
            let yardstick = yardsticks[name].flatMap { $0.isEmpty ? nil : Robust.median($0) }
            boots[side, default: [:]][name, default: []].append((Robust.median(values), yardstick))
        }
        let least = min(counts[.base] ?? 0, counts[.head] ?? 0)
        guard looked < plan.looks.count, least >= plan.looks[looked] else { return }
        look()
    }

    /// Ends it before the budget of boots is spent, when that of time is, say, with a last look at what there is.
    package mutating func finish() {
        guard stop == nil else { return }
        look()
        stop = stop ?? .stopped
    }

    private mutating func look() {
        looked += 1
        let names = figures.keys.sorted()
        let measured = names.map { MeasuredBoots(base: boots[.base]?[$0] ?? [], head: boots[.head]?[$0] ?? []) }
        let comparisons = measured.map { boots in
            try? Comparison(oldMedians: boots.base, newMedians: boots.head, confidence: plan.confidence)
        }
        // What was decided before still counts among the figures, which makes Holm's correction no weaker.
        let adjusted = Holm.adjusted(comparisons.map { $0?.pValue ?? 1 })
        for (index, name) in names.enumerated() where findings[name]?.look == nil {
            guard let comparison = comparisons[index], let better = figures[name] else {
                findings[name] = Finding(verdict: .undecided)
                continue
            }
            let verdict = comparison.classified(
                better, minimumEffect: plan.minimumEffect, isSignificant: adjusted[index] <= plan.share)
            findings[name] = Finding(
                comparison: comparison, adjustedPValue: adjusted[index], verdict: verdict,
                look: verdict == .undecided ? nil : looked, yardstick: measured[index].fit)
        }
        let open = findings.values.filter { $0.look == nil }
        if open.isEmpty {
            stop = .decided
        } else if open.allSatisfy({ $0.comparison.map(isNarrow) ?? false }) {
            stop = .narrow
        } else if looked == plan.looks.count {
            stop = .spent
        }
    }

    /// A difference that is surely worth telling lacks only significance, which more boots bring.
    private func isNarrow(_ comparison: Comparison) -> Bool {
        let least = 1 + plan.minimumEffect
        return comparison.high <= comparison.ratio * (1 + plan.precision)
            && comparison.low >= comparison.ratio / (1 + plan.precision)
            && comparison.low < least && comparison.high > 1 / least
    }
}
