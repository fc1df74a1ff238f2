import FoundationEssentials
import Support
import Testing

extension EndToEnd.Migration {
    @Test(
        "a thread hops between the two kernels in mid-function, from either; its output is the origin's",
        arguments: ["x86", "arm"])
    func hop(origin: String) async throws {
        let lab = try await SharedLab.shared()
        let result = try await lab(
            "run", try await MigrationPrograms.build(lab) + "/hop", "--on", origin, "--to",
            MigrationPrograms.directory, "--", "print", "4",
            limit: .seconds(120))
        let lines = result.lines
        #expect(lines.contains { $0.contains("node 0") } && lines.contains { $0.contains("node 1") }, "\(result)")
        let summary = try await lab("trace", "--run", "last", "--summary")
        #expect(summary.text.contains("leave → resume"), "\(summary)")
    }

    /// What `trace --summary --format json` says of hops and calls.
    private struct Summary: Decodable {
        struct Spread: Decodable { var median: Double }
        struct Phase: Decodable {
            var phase: String
            var count: Int
            var duration: Spread
        }
        struct Route: Decodable {
            var from: String
            var to: String
            var hops: Int
            var failed: [String: Int]
            var unfinished: Int
            var phases: [Phase]
        }
        struct Call: Decodable {
            var name: String
            var count: Int
            var unfinished: Int
        }
        struct Migration: Decodable {
            var routes: [Route]
            var faults: Int
            var calls: [Call]
        }
        var migration: Migration
    }

    /// A Chrome trace, as far as arrows are concerned.
    private struct Drawing: Decodable {
        struct Event: Decodable {
            var name: String
            var ph: String
            var cat: String?
            var id: Int?
        }
        var traceEvents: [Event]
    }

    @Test("the trace of a run shows its hops by phase, and arrows link hops, faults and delegated calls")
    func trace() async throws {
        let lab = try await SharedLab.shared()
        try await lab(
            "run", try await MigrationPrograms.build(lab) + "/hop", "--on", "x86", "--to", "/tmp/migrate", "--",
            "print", "4",
            limit: .seconds(120))
        let summary = try await lab.json(Summary.self, "trace", "--run", "last", "--summary").migration
        #expect(summary.routes.map { "\($0.from) \($0.to) \($0.hops)" } == ["x86 arm 4", "arm x86 4"])
        for route in summary.routes {
            #expect(route.failed.isEmpty && route.unfinished == 0)
            let whole = route.phases.first { $0.phase == "hop" }
            #expect(whole?.count == 4 && (whole?.duration.median ?? 0) > 0, "\(route)")
        }
        #expect(summary.faults > 0)
        #expect(summary.calls.map { "\($0.name) \($0.count) \($0.unfinished)" } == ["write 4 0"])

        let file = lab.workplace.file("hop.json")
        try await lab("trace", "--run", "last", "--output", file)
        let drawing = try JSONDecoder().decode(Drawing.self, from: try Data(contentsOf: URL(filePath: file)))
        for (category, least) in ["hop": 8, "call": 4, "fault": 1, "message": 20] {
            let arrows = Dictionary(
                grouping: drawing.traceEvents.filter { $0.cat == category && ["s", "t", "f"].contains($0.ph) }, by: \.id
            )
            #expect(arrows.count >= least, "\(category)")
            for points in arrows.values {
                #expect(points.count { $0.ph == "s" } == 1 && points.count { $0.ph == "f" } == 1, "\(points)")
            }
        }
        #expect(drawing.traceEvents.contains { $0.cat == "phase" && $0.name == "leave → arrive" })
    }

    @Test("hops, stand-ins, crashes and rare cases end as documented, and leave nothing behind")
    func suite() async throws {
        try await MigrationPrograms.runSuite(try await SharedLab.shared(), on: "x86")
    }
}
