import Results

/// The order in which the cases of a run are tried.
///
/// A round is all cases on fresh boots of their labs. Where a reference rides along, each lab has a boot of either build, one
/// after the other, and in every second round the other way round: a host that becomes slower meanwhile does so to both.
struct RunOrder {
    let cases: [SuiteCase]
    /// Of the same cases, in the same order.
    let plans: [PlannedCase]
    let rounds: Int
    let ride: ReferenceRide?

    /// - Parameter isWanted: which turns are still to be had.
    func turns(where isWanted: (CaseQueue.Turn) -> Bool = { _ in true }) -> [CaseQueue.Turn] {
        (1...max(1, rounds)).flatMap(round).filter(isWanted)
    }

    private func round(_ round: Int) -> [CaseQueue.Turn] {
        let subjects = zip(cases, plans).map { CaseQueue.Turn(one: $0, plan: $1, round: round) }
        guard let ride else { return subjects }
        var labs: [String] = []
        for name in cases.map(\.point.lab.name) where !labs.contains(name) { labs.append(name) }
        return labs.flatMap { lab in
            let own = subjects.filter { $0.one.point.lab.name == lab }
            let beside = own.compactMap { turn in
                ride.cases[turn.plan.id].map {
                    CaseQueue.Turn(one: $0, plan: turn.plan, round: round, build: .reference)
                }
            }
            return round.isMultiple(of: 2) ? beside + own : own + beside
        }
    }
}
