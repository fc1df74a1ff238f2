import FoundationEssentials
import Support
import Testing

extension EndToEnd.Observation {
    /// What the tests read of a Chrome trace.
    private struct Trace: Decodable {
        struct Event: Decodable {
            var name: String
            var cat: String?
            var ph: String
            var ts: Double?
            var pid: Int
            var id: Int?
        }
        var traceEvents: [Event]
    }

    @Test(
        "collect brings everything since boot into a run of its own, and trace draws it with no effect before its cause"
    )
    func collectAndTrace() async throws {
        let lab = try await SharedLab.shared()
        try await lab("exec", "x86", "echo ping 1 500 50 2 > /proc/popcorn_test")
        try await lab("exec", "arm", "echo ping 0 500 50 2 > /proc/popcorn_test")
        let directory = try #require(try await lab("collect").lines.last)
        for node in ["x86", "arm"] {
            for file in ["dmesg.jsonl", "dmesg.txt", "serial.log", "trace.txt"] {
                #expect(Glibc.access("\(directory)/nodes/\(node)/\(file)", R_OK) == 0)
            }
        }
        let path = lab.workplace.file("trace.json")
        let told = try await lab("trace", "-o", path)
        #expect(told.errorText.contains(path))
        let bytes = try #require(FileManager.default.contents(atPath: path))
        let trace = try JSONDecoder().decode(Trace.self, from: bytes)
        let events = trace.traceEvents
        let names = events.filter { $0.ph == "M" && $0.name == "process_name" }
        #expect(Set(names.map(\.pid)).count >= 2)
        let starts = Dictionary(events.filter { $0.ph == "s" }.map { ("\($0.cat ?? "")/\($0.id ?? -1)", $0) }) {
            first, _ in first
        }
        let ends = events.filter { $0.ph == "f" }
        #expect(ends.count >= 200)
        var between: Set<Int> = []
        for end in ends {
            let start = try #require(starts["\(end.cat ?? "")/\(end.id ?? -1)"])
            #expect((end.ts ?? -1) >= (start.ts ?? .infinity), "\(start) \(end)")
            between.insert(end.pid)
        }
        #expect(between.count == 2)
        #expect(events.contains { $0.ph == "i" })

        let run = try #require(directory.split(separator: "/").last)
        let summary = try await lab("trace", "--run", String(run), "--summary")
        #expect(summary.lines.contains { $0.hasPrefix("TEST_ECHO") || $0.contains("TEST_ECHO") })
    }

    @Test("the summary of a trace counts every message, its bytes and latencies")
    func summary() async throws {
        struct Summary: Decodable {
            struct Node: Decodable {
                var node: String
                var events: Int
            }
            struct Message: Decodable {
                struct Latency: Decodable { var median, p99, max: Double }
                var name: String
                var count: Int
                var bytes: Int
                var unreceived: Int
                var latency: Latency?
            }
            var nodes: [Node]
            var messages: [Message]
        }
        let lab = try await SharedLab.shared()
        try await lab("exec", "x86", "echo ping 1 500 30 1 > /proc/popcorn_test")
        try await lab("collect")
        let summary = try await lab.json(Summary.self, "trace", "--summary")
        #expect(Set(summary.nodes.map(\.node)) == ["x86", "arm"])
        let echo = try #require(summary.messages.first { $0.name.contains("TEST_ECHO") })
        #expect(echo.count >= 30 && echo.bytes >= 30 * 500)
        let latency = try #require(echo.latency)
        #expect(latency.median > 0 && latency.median <= latency.p99 && latency.p99 <= latency.max)
    }

    @Test("trace of an unknown run is refused")
    func unknownRun() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("trace", "--run", "1999", exit: 64)
        #expect(ending.errorText.contains("popcorn-lab runs"))
    }
}
