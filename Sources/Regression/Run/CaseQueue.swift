import Results

/// The cases that are still to be run; several workers take from it.
actor CaseQueue {
    /// A case, and which try of it this is.
    struct Turn: Sendable {
        var one: SuiteCase
        var plan: PlannedCase
        /// From 1, over all rounds; it is known when the try begins.
        var attempt = 0
        /// Tries of it in this round, with this one.
        var tryOfRound = 1
        /// From 1; each round has boots of its own.
        var round = 1
    }

    private var waiting: [Turn]
    /// How many workers have a lab in use, by the suite's name of the lab.
    private var users: [String: Int] = [:]

    init(_ turns: [Turn]) { waiting = turns }

    var isEmpty: Bool { waiting.isEmpty }

    /// The next case on this lab in this round, in order; `nil` if there is none.
    func next(on lab: Suite.Lab, round: Int) -> Turn? { take { $0.one.point.lab == lab && $0.round == round } }

    /// The next case for a worker without a lab: of the lab that the fewest workers use, the first in order.
    func next() -> Turn? { coming(users).map { waiting.remove(at: $0) } }

    /// The case that `next()` would give a worker that has let a lab go; it is not taken.
    func upcoming(after lab: Suite.Lab) -> Turn? {
        var users = users
        users[lab.name, default: 0] -= 1
        return coming(users).map { waiting[$0] }
    }

    /// Whether there is a case on this lab in this round.
    func has(on lab: Suite.Lab, round: Int) -> Bool {
        waiting.contains { $0.one.point.lab == lab && $0.round == round }
    }

    private func coming(_ users: [String: Int]) -> Int? {
        let least = waiting.map { users[$0.one.point.lab.name, default: 0] }.min()
        return waiting.firstIndex { users[$0.one.point.lab.name, default: 0] == least }
    }

    /// To be tried again, before all others.
    func again(_ turn: Turn) { waiting.insert(turn, at: 0) }

    /// Takes all cases of a lab away.
    func drop(lab: String) -> [PlannedCase] {
        let dropped = waiting.filter { $0.one.point.lab.name == lab }
        waiting.removeAll { $0.one.point.lab.name == lab }
        return dropped.map(\.plan)
    }

    /// Takes all cases away.
    func dropAll() -> [PlannedCase] {
        defer { waiting = [] }
        return waiting.map(\.plan)
    }

    func begin(lab: String) { users[lab, default: 0] += 1 }

    func end(lab: String) { users[lab, default: 0] -= 1 }

    private func take(_ suits: (Turn) -> Bool) -> Turn? {
        waiting.firstIndex(where: suits).map { waiting.remove(at: $0) }
    }
}
