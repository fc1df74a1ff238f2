/// A case of a suite before it has run.
package struct PlannedCase: Codable, Sendable, Equatable {
    /// Unique in its suite, the same in every run: `tutorial/primesum/pair/x86/bounce-20/none/1`.
    package var id: String
    /// Its place in the matrix: `group`, `program`, `arguments`, `lab`, `start`, `migrate`, `fault`, `repetition`.
    package var axes: [String: String]
    /// By which cases can be chosen.
    package var tags: [String]
    /// What all of its chance comes from; it follows from the run's seed and the id.
    package var seed: UInt32

    /// Takes the values as they are.
    package init(id: String, axes: [String: String], tags: [String], seed: UInt32) {
        self.id = id
        self.axes = axes
        self.tags = tags
        self.seed = seed
    }
}

/// One try of a case.
package struct Attempt: Codable, Sendable, Equatable {
    /// From 1, over all rounds.
    package var number: Int
    /// Of a run that runs each case on several fresh boots: which of them, from 1. Each round has a verdict of its own.
    package var round: Int
    /// The boot that it ran on; `nil` if it never got a lab.
    package var boot: String?
    /// Seconds since 1970, by the host's clock, which may be set back meanwhile; `seconds` is not.
    package var started: Double
    /// How long it took, by a clock that nobody sets.
    package var seconds: Double
    /// What is wrong with it; nothing for one that passed.
    package var problems: [Problem]
    /// What was measured, also in one that failed.
    package var measurements: [Measurement]
    /// Where its files are, relative to the run's directory: `cases/…/try-1`.
    package var folder: String
    /// What a look at the lab found after it had failed, a sentence each; the evidence is in `diagnosis/` of its folder.
    package var diagnosis: [String] = []

    /// Takes the values as they are.
    package init(
        number: Int, round: Int = 1, boot: String?, started: Double, seconds: Double, problems: [Problem],
        measurements: [Measurement],
        folder: String
    ) {
        self.number = number
        self.round = round
        self.boot = boot
        self.started = started
        self.seconds = seconds
        self.problems = problems
        self.measurements = measurements
        self.folder = folder
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decode(Int.self, forKey: .number)
        round = try values.decodeIfPresent(Int.self, forKey: .round) ?? 1
        boot = try values.decodeIfPresent(String.self, forKey: .boot)
        started = try values.decode(Double.self, forKey: .started)
        seconds = try values.decode(Double.self, forKey: .seconds)
        problems = try values.decode([Problem].self, forKey: .problems)
        measurements = try values.decode([Measurement].self, forKey: .measurements)
        folder = try values.decode(String.self, forKey: .folder)
        diagnosis = try values.decodeIfPresent([String].self, forKey: .diagnosis) ?? []
    }

    /// Failed, if anything says so: a host's trouble besides does not make a failure go away.
    package var verdict: Verdict {
        let verdicts = Set(problems.map(\.kind.verdict))
        return verdicts.contains(.failed) ? .failed : verdicts.isEmpty ? .passed : .notJudged
    }
}

/// A case after a run.
package struct CaseResult: Codable, Sendable, Equatable {
    /// Which case it is.
    package var plan: PlannedCase
    /// All tries, in order; none for a case that was not run.
    package var attempts: [Attempt]
    /// Tries of the same case on a reference build that rode along; they say nothing of the case but how fast the host was.
    /// `nil` if there was none.
    package var reference: [Attempt]?
    /// Why it was not run, if it was not.
    package var reason: String?
    /// The command line that runs just this case again, with its seed.
    package var reproduce: String

    /// Takes the values as they are.
    package init(
        plan: PlannedCase, attempts: [Attempt], reference: [Attempt]? = nil, reason: String? = nil, reproduce: String
    ) {
        self.plan = plan
        self.attempts = attempts
        self.reference = reference
        self.reason = reason
        self.reproduce = reproduce
    }

    /// A round passed if its last try did; else it failed if any try did. A case passed if all its rounds did.
    package var verdict: Verdict {
        let rounds = Dictionary(grouping: attempts, by: \.round).values.map { tries -> Verdict in
            if tries.last?.verdict == .passed { return .passed }
            return tries.contains { $0.verdict == .failed } ? .failed : .notJudged
        }
        if rounds.isEmpty { return .notRun }
        if rounds.contains(.failed) { return .failed }
        return rounds.contains(.notJudged) ? .notJudged : .passed
    }

    /// The rounds in which it was tried.
    package var rounds: Set<Int> { Set(attempts.map(\.round)) }

    /// It failed before it passed.
    package var isFlaky: Bool { verdict == .passed && attempts.contains { $0.verdict == .failed } }

    /// What is wrong with it, for one line: the first problem of the last try that has its verdict.
    package var headline: Problem? {
        attempts.last { $0.verdict == verdict }?.problems.first { $0.kind.verdict == verdict }
    }
}
