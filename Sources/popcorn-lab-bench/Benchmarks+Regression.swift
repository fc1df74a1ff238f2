import FoundationEssentials
import Support

extension Benchmarks {
    private struct SuiteRun: Decodable {
        struct Case: Decodable { var attempts: [Attempt] }
        struct Attempt: Decodable { var measurements: [Measurement] }
        struct Measurement: Decodable {
            var name: String
            var values: [Double]
        }
        var verdict: String
        var cases: [Case]

        /// How long the programs ran that were tested, in seconds.
        var programSeconds: Double {
            cases.flatMap(\.attempts).flatMap(\.measurements).filter { $0.name == "wall" }.flatMap(\.values)
                .reduce(0, +) / 1000
        }
    }

    /// A whole run of the smoke suite, with the boot of its lab, against what its programs alone take in it.
    func suite() async throws -> [Figure] {
        var whole = Samples()
        var programs = Samples()
        var memory = Samples()
        for _ in 0..<samples {
            let child = try await Child.run([lab.program, "test", "smoke", "--no-record", "--format", "json"])
            let run = try JSONDecoder().decode(SuiteRun.self, from: Data(child.output.utf8))
            guard run.verdict == "passed" else { throw BenchError("the smoke suite: \(run.verdict)") }
            whole.values.append(child.seconds)
            programs.values.append(run.programSeconds)
            memory.values.append(child.peakMemory)
        }
        return [
            Figure(
                "test smoke", unit: "s", ours: whole, against: "its programs", reference: programs,
                goal: .ratio(atMost: 1.25)),
            Figure("test smoke, memory of the runner", unit: "MiB", ours: memory),
        ]
    }

    /// All that a failure's diagnosis collects of a lab, against a command on one of its nodes.
    func diagnosis() async throws -> [Figure] {
        let folder = directory + "/diagnosis"
        let pair = try await Interleaved.measure(pairs: samples) {
            try await lab.command("diagnose", folder).seconds
        } reference: {
            try await lab.command("exec", "x86", "true").seconds
        }
        return [Figure("diagnosis of a failure", unit: "s", pair, against: "exec x86 true")]
    }
}
