import FoundationEssentials
import ImageStore
import Support
import Topology

/// What can be measured; the names that `--only` takes.
enum Benchmark: String, CaseIterable, Sendable {
    case help, images, report, history, suite, exec, run, ping, migration, diagnosis, up

    /// Whether it needs a lab that is up.
    var needsLab: Bool { [.exec, .run, .ping, .migration, .diagnosis, .up].contains(self) }
}

/// The measurements, each giving the figures of one benchmark.
struct Benchmarks: Sendable {
    let lab: LabUnderTest
    /// The image store that the lab's guests come from.
    let images: ImageStore
    /// A private directory for files of the benchmark.
    let directory: String
    /// How often what takes seconds is measured; what takes milliseconds is measured four times as often.
    let samples: Int

    private var quickSamples: Int { samples * 4 }

    /// Time to start and say something, against a program that does nothing.
    func help() async throws -> [Figure] {
        let pair = try await Interleaved.measure(pairs: quickSamples) {
            try await Child.run([lab.program, "--help"]).seconds * 1000
        } reference: {
            try await Child.run(["/bin/true"]).seconds * 1000
        }
        return [Figure("--help", unit: "ms", pair, against: "/bin/true", goal: .value(atMost: 30))]
    }

    /// Looking up the images that are there, as the start of every `up` does, against reading the recipe alone.
    func cachedImages() async throws -> [Figure] {
        let pair = try await Interleaved.measure(pairs: quickSamples) {
            try await milliseconds {
                _ = try await images.ensure(recipe: images.recipe(named: "embedded"), isas: [.x86_64, .aarch64])
            }
        } reference: {
            try await milliseconds { _ = try images.recipe(named: "embedded") }
        }
        return [
            Figure("cached image lookup", unit: "ms", pair, against: "parsing the recipe", goal: .value(atMost: 200))
        ]
    }

    /// A command on a guest, against OpenSSH with the configuration that we write for it.
    func exec() async throws -> [Figure] {
        let configuration = directory + "/ssh_config"
        try AtomicFile.write(try await lab.command("ssh", "--config").output, to: configuration, mode: 0o600)
        var figures: [Figure] = []
        for node in try await lab.status().nodes.map(\.name) {
            var memory = Samples()
            var referenceMemory = Samples()
            let pair = try await Interleaved.measure(pairs: quickSamples) {
                let child = try await lab.command("exec", node, "true")
                memory.values.append(child.peakMemory)
                return child.seconds * 1000
            } reference: {
                let child = try await Child.run(["ssh", "-F", configuration, node, "true"])
                referenceMemory.values.append(child.peakMemory)
                return child.seconds * 1000
            }
            figures.append(
                Figure("exec \(node) true", unit: "ms", pair, against: "OpenSSH", goal: .ratio(atMost: 1)))
            figures.append(
                Figure(
                    "exec \(node) true, memory", unit: "MiB", ours: memory, against: "OpenSSH",
                    reference: referenceMemory))
        }
        return figures
    }

    /// A program that prints one line, with all that `run` does around it, against a command by `exec` on the same node.
    func run() async throws -> [Figure] {
        let source = directory + "/line.c"
        try AtomicFile.write("#include <stdio.h>\nint main(void) { return puts(\"a line\") < 0; }\n", to: source)
        let program = directory + "/line"
        try await Child.run([lab.program, "build", source, "-o", program])
        try await lab.command("deploy", program)
        let pair = try await Interleaved.measure(pairs: quickSamples) {
            try await lab.command("run", "--on", "x86", program).seconds * 1000
        } reference: {
            try await lab.command("exec", "x86", "true").seconds * 1000
        }
        return [Figure("run of one line", unit: "ms", pair, against: "exec x86 true", goal: .ratio(atMost: 3))]
    }

    private struct PingOutcome: Decodable {
        struct Measurement: Decodable {
            struct RoundTrips: Decodable { var p50: Double }
            var roundTrips: RoundTrips
            var megabytesPerSecond: Double?
        }
        var messageLayer: Measurement
        var tcp: Measurement
    }

    /// The message layer against TCP between the same guests; `ping` itself measures them in turns.
    func ping() async throws -> [Figure] {
        var trips = (ours: Samples(), tcp: Samples())
        var rates = (ours: Samples(), tcp: Samples())
        for _ in 0..<samples {
            let output = try await lab.command("ping", "x86", "arm", "--format", "json").output
            let outcome = try JSONDecoder().decode(PingOutcome.self, from: Data(output.utf8))
            trips.ours.values.append(outcome.messageLayer.roundTrips.p50)
            trips.tcp.values.append(outcome.tcp.roundTrips.p50)
            guard let rate = outcome.messageLayer.megabytesPerSecond, let raw = outcome.tcp.megabytesPerSecond else {
                throw BenchError("`ping` measured no throughput")
            }
            rates.ours.values.append(rate)
            rates.tcp.values.append(raw)
        }
        return [
            Figure(
                "message round trip, median", unit: "µs", ours: trips.ours, against: "TCP", reference: trips.tcp,
                goal: .ratio(atMost: 1.1)),
            Figure(
                "message throughput, 64 KiB", unit: "MB/s", ours: rates.ours, against: "TCP", reference: rates.tcp,
                goal: .ratio(atLeast: 0.9)),
        ]
    }

    /// A whole `up` to "every node is ready", against bare guests up to the line with which init says so.
    func up(_ bare: BareGuests) async throws -> [Figure] {
        var memory = Samples()
        let pair = try await Interleaved.measure(pairs: samples) {
            let child = try await lab.up()
            await lab.down()
            memory.values.append(child.peakMemory)
            return child.seconds
        } reference: {
            try await bare.boot()
        }
        return [
            Figure("up x86,arm", unit: "s", pair, against: "bare QEMU", goal: .ratio(atMost: 1.25)),
            Figure("up x86,arm, memory", unit: "MiB", ours: memory),
        ]
    }

    private func milliseconds(_ body: () async throws -> Void) async rethrows -> Double {
        let began = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - began).microseconds / 1000
    }
}
