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
        var build = TestBuild.subject

        /// The boot that it needs.
        var order: BootOrder { BootOrder(lab: one.point.lab, round: round, build: build) }
    }

    private var waiting: [Turn]
    /// How many workers have a lab in use, by the suite's name of the lab.
    private var users: [String: Int] = [:]

    init(_ turns: [Turn]) { waiting = turns }

    var isEmpty: Bool { waiting.isEmpty }

    /// The next case on this boot, in order; `nil` if there is none.
    func next(on order: BootOrder) -> Turn? {
        waiting.firstIndex { $0.order == order }.map { waiting.remove(at: $0) }
    }

    /// The next case for a worker without a lab: of the lab that the fewest workers use, the first in order.
    func next() -> Turn? { coming(users).map { waiting.remove(at: $0) } }

    /// The case that `next()` would give a worker that has let a lab go; it is not taken.
    func upcoming(after lab: Suite.Lab) -> Turn? {
        var users = users
        users[lab.name, default: 0] -= 1
        return coming(users).map { waiting[$0] }
    }

    /// Whether there is a case on this boot.
    func has(on order: BootOrder) -> Bool { waiting.contains { $0.order == order } }

    private func coming(_ users: [String: Int]) -> Int? {
        let least = waiting.map { users[$0.one.point.lab.name, default: 0] }.min()
        return waiting.firstIndex { users[$0.one.point.lab.name, default: 0] == least }
    }

    /// To be tried again, before all others.
    func again(_ turn: Turn) { waiting.insert(turn, at: 0) }

    /// Takes all cases of a build on a lab away.
    func drop(lab: String, build: TestBuild = .subject) -> [PlannedCase] {
        func isMeant(_ turn: Turn) -> Bool { turn.one.point.lab.name == lab && turn.build == build }
        defer { waiting.removeAll(where: isMeant) }
        return waiting.filter(isMeant).map(\.plan)
    }

    /// Takes all cases away.
    ///
    /// - Returns: those of the build under test.
    func dropAll() -> [PlannedCase] {
        defer { waiting = [] }
        return waiting.filter { $0.build == .subject }.map(\.plan)
    }

    func begin(lab: String) { users[lab, default: 0] += 1 }

    func end(lab: String) { users[lab, default: 0] -= 1 }
}
