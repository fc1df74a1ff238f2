/// Makes one run of several that ran parts of it: what happened in those, under names that are unique in the whole.
package struct ShardMerge: Sendable {
    private let header: RunHeader
    private let known: Set<String>
    private var tries: [String: Int] = [:]
    private var rounds: [String: Set<Int>] = [:]
    private var references: [String: Int] = [:]
    private var reasons: [String: String] = [:]
    private var isInterrupted = false

    /// Begins with no part.
    ///
    /// - Parameter header: of the whole; its cases are all that parts may have.
    package init(_ header: RunHeader) {
        self.header = header
        known = Set(header.cases.map(\.id))
    }

    /// What a part adds to the whole, as events for its log.
    ///
    /// A case that two parts have run has the tries of both, in the order of the parts: nothing that was seen is hidden.
    /// - Throws: `ResultError` for a part of another suite or seed, or with cases that the whole does not have; nothing of it
    ///   counts then.
    package mutating func add(_ part: ShardPart) throws -> [RunEvent] {
        try check(part)
        var events = part.results.boots.map { boot in
            var boot = boot
            boot.id = name(of: boot.id, in: part)
            return RunEvent.booted(boot)
        }
        let attempts = part.results.cases.flatMap { one in one.attempts.map { (id: one.plan.id, attempt: $0) } }
        for (id, attempt) in attempts.sorted(by: { $0.attempt.started < $1.attempt.started }) {
            var attempt = attempt
            tries[id, default: 0] += 1
            rounds[id, default: []].insert(attempt.round)
            attempt.number = tries[id, default: 0]
            events.append(.tried(id: id, moved(attempt, from: part)))
        }
        for one in part.results.cases {
            for var attempt in one.reference ?? [] {
                references[one.plan.id, default: 0] += 1
                attempt.number = references[one.plan.id, default: 0]
                events.append(.referenceTried(id: one.plan.id, moved(attempt, from: part)))
            }
        }
        if part.isComplete {
            for one in part.results.cases {
                // It ended by itself, so it had a reason to leave rounds out, too.
                rounds[one.plan.id] = Set(1...header.rounds)
                guard one.attempts.isEmpty else { continue }
                reasons[one.plan.id] = one.reason
                events.append(.skipped(id: one.plan.id, reason: one.reason ?? "the run ended before"))
            }
        }
        isInterrupted = isInterrupted || part.results.state == .interrupted
        return events
    }

    /// Gives a case up that no part has run.
    package mutating func giveUp(_ id: String, reason: String) -> RunEvent {
        reasons[id] = reason
        return .skipped(id: id, reason: reason)
    }

    /// The cases that the parts have not tried on all boots, nor left out for a reason, in the order of the whole.
    package var missing: [PlannedCase] {
        header.cases.filter { (rounds[$0.id]?.count ?? 0) < header.rounds && reasons[$0.id] == nil }
    }

    /// The last event: the run is complete if nothing is missing.
    ///
    /// - Parameters:
    ///   - seconds: how long all took together.
    ///   - interrupted: whether somebody stopped the whole.
    /// - Returns: `nil` if the run is not over.
    package func end(seconds: Double, interrupted: Bool = false) -> RunEvent? {
        if missing.isEmpty { return .ended(seconds: seconds, interrupted: interrupted) }
        return interrupted || isInterrupted ? .ended(seconds: seconds, interrupted: true) : nil
    }

    private func moved(_ attempt: Attempt, from part: ShardPart) -> Attempt {
        var attempt = attempt
        attempt.boot = attempt.boot.map { name(of: $0, in: part) }
        attempt.folder = part.folder + "/" + attempt.folder
        return attempt
    }

    private func name(of boot: String, in part: ShardPart) -> String { "\(boot)@\(part.name)" }

    private func check(_ part: ShardPart) throws {
        let run = part.results.run
        guard run.suite == header.suite else {
            throw ResultError(.damaged, "part \(part.name) is of suite '\(run.suite)', not of '\(header.suite)'")
        }
        guard run.seed == header.seed else {
            throw ResultError(.damaged, "part \(part.name) has seed \(run.seed), not \(header.seed)")
        }
        if let strange = run.cases.first(where: { !known.contains($0.id) }) {
            throw ResultError(.damaged, "part \(part.name) has a case '\(strange.id)', which the run does not have")
        }
    }
}

extension RunResults {
    /// One run of several that ran parts of it.
    ///
    /// A case that no part has tried is *not run*; the run is complete if every case was tried, or left out for a reason.
    /// - Parameters:
    ///   - header: of the whole.
    ///   - shards: in the order in which they ended.
    ///   - seconds: how long all took together.
    /// - Throws: `ResultError` for a part of another suite or seed.
    package static func merged(_ header: RunHeader, _ shards: [ShardPart], seconds: Double) throws -> RunResults {
        var merge = ShardMerge(header)
        var events = [RunEvent.began(header)]
        for shard in shards { events += try merge.add(shard) }
        for plan in merge.missing { events.append(.skipped(id: plan.id, reason: "no shard has run it")) }
        if let end = merge.end(seconds: seconds) { events.append(end) }
        guard let results = RunResults(events: events) else {
            throw ResultError(.damaged, "run \(header.id) has no beginning")
        }
        return results
    }
}
