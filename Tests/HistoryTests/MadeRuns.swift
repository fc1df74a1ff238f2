import Results

/// Runs as a suite would give them.
enum MadeRuns {
    static let platform = ["host.cpu": "x", "host.kernel": "6.1", "qemu": "7.2", "accelerator.x86": "tcg"]

    static func fingerprint(_ changes: [String: String] = [:], subject: [String: String] = ["kernel.x86": "a"])
        -> Fingerprint
    {
        Fingerprint(platform: platform.merging(changes) { $1 }, subject: subject)
    }

    static func plan(_ id: String) -> PlannedCase {
        PlannedCase(id: id, axes: ["program": id], tags: ["smoke"], seed: 7)
    }

    static func attempt(
        _ number: Int = 1, on boot: String? = "pair-1", seconds: Double = 2, fails: Bool = false,
        _ measurements: [Measurement] = []
    ) -> Attempt {
        Attempt(
            number: number, boot: boot, started: 1001, seconds: seconds,
            problems: fails ? [Problem(.exit, node: "x86", "exit code 1", details: ["a \"line\"\u{0}"])] : [],
            measurements: measurements, folder: "cases/a/\(number)")
    }

    static func result(_ id: String, _ attempts: [Attempt]) -> CaseResult {
        CaseResult(
            plan: plan(id), attempts: attempts, reason: attempts.isEmpty ? "left out" : nil, reproduce: "again \(id)")
    }

    /// The run of day `day`, with boots `pair-1` and so on.
    static func run(
        day: Int, suite: String = "nightly", state: RunResults.State = .complete,
        boots: [Fingerprint] = [fingerprint()],
        _ cases: [CaseResult]
    ) -> RunResults {
        let started = 1_700_000_000 + Double(day) * 86_400
        return RunResults(
            run: RunHeader(
                id: "run-\(day)-\(suite)", suite: suite, suiteFile: "/s/\(suite).yaml", seed: 1,
                commandLine: ["popcorn-lab", "test"], version: "1", started: started, cases: cases.map(\.plan)),
            state: state, seconds: 60.25,
            boots: boots.enumerated().map { index, fingerprint in
                Boot(
                    id: "pair-\(index + 1)", lab: "pair", started: started + Double(index), seconds: 3.3,
                    fingerprint: fingerprint)
            }, cases: cases)
    }

    /// A run with a case `a` of one attempt, which passes or fails.
    static func run(day: Int, a passes: Bool) -> RunResults {
        run(day: day, [result("a", [attempt(fails: !passes)])])
    }

    /// A run in which figure `wall` of case `a` has these samples on its boots: a case for each boot would be another figure,
    /// so the case is tried again on each.
    static func run(
        day: Int, wall: [[Double]], on fingerprint: Fingerprint = fingerprint(), unit: String = "ms",
        better: Measurement.Direction = .lower
    ) -> RunResults {
        let attempts = wall.enumerated().map { index, values in
            attempt(index + 1, on: "pair-\(index + 1)", [Measurement("wall", unit: unit, better: better, values)])
        }
        return run(day: day, boots: wall.map { _ in fingerprint }, [result("a", attempts)])
    }
}
