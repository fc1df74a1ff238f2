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
        #expect(summary.text.contains("migrate"), "\(summary)")
    }

    @Test("hops, threads, files, memory, crashes and limits end as documented, and leave nothing behind")
    func suite() async throws {
        try await MigrationPrograms.runSuite(try await SharedLab.shared(), on: "x86")
    }
}
