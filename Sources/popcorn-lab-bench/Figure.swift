/// One line of the result: something of ours beside what it is compared with, measured in the same run.
struct Figure: Encodable, Sendable {
    /// What must hold for the figure to be good.
    struct Goal: Encodable, Sendable {
        enum Subject: String, Encodable {
            case ratio
            case value
        }

        var subject: Subject
        /// `<=` or `>=`.
        var relation: String
        var limit: Double

        static func ratio(atMost limit: Double) -> Goal { Goal(subject: .ratio, relation: "<=", limit: limit) }
        static func ratio(atLeast limit: Double) -> Goal { Goal(subject: .ratio, relation: ">=", limit: limit) }
        static func value(atMost limit: Double) -> Goal { Goal(subject: .value, relation: "<=", limit: limit) }

        func isMet(by number: Double) -> Bool { relation == "<=" ? number <= limit : number >= limit }
    }

    var name: String
    var unit: String
    var ours: Samples
    /// What `reference` is.
    var against: String?
    var reference: Samples?
    var goal: Goal?

    init(
        _ name: String, unit: String, ours: Samples, against: String? = nil, reference: Samples? = nil,
        goal: Goal? = nil
    ) {
        self.name = name
        self.unit = unit
        self.ours = ours
        self.against = against
        self.reference = reference
        self.goal = goal
    }

    init(_ name: String, unit: String, _ pair: Interleaved, against: String, goal: Goal? = nil) {
        self.init(name, unit: unit, ours: pair.ours, against: against, reference: pair.reference, goal: goal)
    }

    /// Of the medians.
    var ratio: Double? { reference.map { ours.median / $0.median } }

    /// The ratio of each pair of neighbours in time, whose spread tells how far `ratio` can be trusted.
    var pairRatios: Samples? {
        guard let reference, reference.values.count == ours.values.count else { return nil }
        return Samples(zip(ours.values, reference.values).map { $0 / $1 })
    }

    var isGoalMet: Bool? {
        goal.flatMap { goal in
            switch goal.subject {
            case .value: goal.isMet(by: ours.median)
            case .ratio: ratio.map(goal.isMet)
            }
        }
    }

    private enum CodingKeys: CodingKey {
        case name, unit, ours, against, reference, ratio, pairRatios, goal, isGoalMet
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(unit, forKey: .unit)
        try container.encode(ours, forKey: .ours)
        try container.encodeIfPresent(against, forKey: .against)
        try container.encodeIfPresent(reference, forKey: .reference)
        try container.encodeIfPresent(ratio, forKey: .ratio)
        try container.encodeIfPresent(pairRatios, forKey: .pairRatios)
        try container.encodeIfPresent(goal, forKey: .goal)
        try container.encodeIfPresent(isGoalMet, forKey: .isGoalMet)
    }
}
