import FoundationEssentials
import Results
import Support

/// A night's run, as large as a page has to bear.
private struct LargeRun {
    let count: Int
    private let start = 1_796_054_400.0

    /// What a kernel says around an oops.
    private static let oops = (0..<40).map { "[   41.\(212_000 + $0)] page_grant+0x58/0x1f0 [popcorn] line \($0)" }

    /// The log of the run, as a runner writes it.
    func write(to path: String) throws {
        let plans = (0..<count).map(plan)
        let header = RunHeader(
            id: "20261130-160000-test-3f2a", suite: "nightly", suiteFile: "/srv/suites/nightly.yaml", seed: 1,
            commandLine: ["popcorn-lab", "test", "/srv/suites/nightly.yaml"], version: Version.current, started: start,
            cases: plans)
        var events: [RunEvent] = [.began(header)]
        for (index, plan) in plans.enumerated() {
            if index.isMultiple(of: 100) { events.append(.booted(boot(index / 100))) }
            // Three in a hundred fail, one of them not again.
            let isBad = index % 100 < 3
            events.append(.tried(id: plan.id, attempt(index, 1, of: plan, isBad: isBad)))
            if isBad { events.append(.tried(id: plan.id, attempt(index, 2, of: plan, isBad: index % 100 > 0))) }
        }
        events.append(.ended(seconds: Double(count) * 3, interrupted: false))
        let encoder = JSONEncoder()
        try AtomicFile.write(Data(try events.flatMap { try encoder.encode($0) + [0x0a] }), to: path)
    }

    private func plan(_ index: Int) -> PlannedCase {
        let axes = [
            "group": "tutorial", "program": "program-\(index % 40)", "arguments": "",
            "lab": index % 2 == 0 ? "pair" : "four",
            "start": index % 4 < 2 ? "x86" : "arm", "migrate": "every-\(index / 40 % 10 * 50)ms", "fault": "none",
            "repetition": "\(index / 400)",
        ]
        let names = ["group", "program", "lab", "start", "migrate", "fault", "repetition"].compactMap { axes[$0] }
        let id = (names + ["\(index)"]).joined(separator: "/")
        return PlannedCase(id: id, axes: axes, tags: ["nightly"], seed: UInt32(index))
    }

    private func boot(_ number: Int) -> Boot {
        let print = Fingerprint(
            platform: ["host.cpu": "a CPU", "qemu": "7.2.22", "accelerator.x86": "tcg"],
            subject: ["kernel.x86": "6.1.0-57-cloud-amd64", "image.x86": "embedded-8c0f2b"])
        return Boot(
            id: "pair-\(number + 1)", lab: "pair", started: start + Double(number) * 310, seconds: 4, fingerprint: print
        )
    }

    private func attempt(_ index: Int, _ number: Int, of plan: PlannedCase, isBad: Bool) -> Attempt {
        let problem = Problem(
            .kernelTrouble, node: "arm", "Oops: NULL pointer dereference in page_grant", details: Self.oops)
        let spread = Double(index * 7919 % 1000)
        return Attempt(
            number: number, boot: "pair-\(index / 100 + 1)", started: start + 5 + Double(index) * 3.1, seconds: 2.5,
            problems: isBad ? [problem] : [],
            measurements: [
                Measurement("wall", unit: "ms", better: .lower, [2000 + spread]),
                Measurement(
                    "hop.leave x86->arm", unit: "us", better: .lower, (0..<5).map { 900 + spread / 10 + Double($0) }),
            ], folder: "cases/\(plan.id)/\(number)")
    }
}

extension Benchmarks {
    /// The page of a run of 10,000 cases, from its log.
    func report() async throws -> [Figure] {
        let run = directory + "/run"
        try Directories.create(run)
        try LargeRun(count: 10_000).write(to: run + "/" + ResultLog.fileName)
        var seconds = Samples()
        var memory = Samples()
        for _ in 0..<samples {
            let child = try await Child.run([lab.program, "report", run])
            seconds.values.append(child.seconds)
            memory.values.append(child.peakMemory)
        }
        return [
            Figure("report of 10,000 cases", unit: "s", ours: seconds, goal: .value(atMost: 2)),
            Figure("report of 10,000 cases, memory", unit: "MiB", ours: memory),
        ]
    }
}
