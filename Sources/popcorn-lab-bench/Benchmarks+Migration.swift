import FoundationEssentials
import Support
import Topology

extension Benchmarks {
    private struct RoundTrip: Decodable {
        struct Measurement: Decodable {
            struct RoundTrips: Decodable { var p50: Double }
            var roundTrips: RoundTrips
        }
        var messageLayer: Measurement
    }

    /// What is measured, by the name that `Images/programs/bench/migration.c` gives it; `payload` is that of the message
    /// round trip which it is compared with, in bytes.
    private static let costs: [(name: String, title: String, payload: Int)] = [
        ("first-hop", "first hop, there and back", 64),
        ("hop", "hop, there and back", 4096),
        ("read-miss", "page fault, read miss", 4096),
        ("write-miss", "page fault, write miss", 4096),
        ("upgrade", "page fault, upgrade", 64),
    ]

    /// Hops and page faults between x86 and arm, as multiples of a message round trip that carries as much, in turns.
    func migration() async throws -> [Figure] {
        let program = try await buildProgram()
        try await lab.command("deploy", program)
        var ours: [String: Samples] = [:]
        var trips: [Int: Samples] = [:]
        for _ in 0..<samples {
            for payload in Set(Self.costs.map(\.payload)) {
                trips[payload, default: Samples()].values.append(try await roundTrip(payload))
            }
            for (name, value) in try await run() { ours[name, default: Samples()].values.append(value) }
        }
        return try Self.costs.map { cost in
            guard let values = ours[cost.name], let reference = trips[cost.payload] else {
                throw BenchError("the program measured no \(cost.name)")
            }
            return Figure(
                cost.title, unit: "µs", ours: values, against: "message, \(cost.payload) B", reference: reference)
        }
    }

    private func buildProgram() async throws -> String {
        let build = directory + "/migration"
        try Directories.create(build)
        // The share may be named by a relative path, and make runs elsewhere.
        let share =
            images.share.hasPrefix("/")
            ? images.share : FileManager.default.currentDirectoryPath + "/" + images.share
        try await Child.run([
            "make", "-s", "-C", build, "-f", share + "/programs/bench/Makefile",
            "POPCORN_LAB=\(lab.program)",
        ])
        return build + "/migration"
    }

    private func roundTrip(_ payload: Int) async throws -> Double {
        let ping = try await lab.command(
            "ping", "x86", "arm", "--size", String(payload), "--stream", "0", "--no-tcp", "--format", "json")
        return try JSONDecoder().decode(RoundTrip.self, from: Data(ping.output.utf8)).messageLayer.roundTrips.p50
    }

    /// - Returns: the median of each cost, in µs.
    private func run() async throws -> [String: Double] {
        let output = try await lab.command("exec", "x86", "cd \(GuestFile.home) && exec ./migration").output
        var medians: [String: Double] = [:]
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let name = words.first else { continue }
            medians[String(name)] = Samples(words.dropFirst().compactMap { Double($0) }).median
        }
        return medians
    }
}
