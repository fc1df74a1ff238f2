import Support
import Testing

extension EndToEnd.Migration {
    /// The programs that test the kernel's side of migration, for both ISAs.
    private func programs(_ lab: Lab) async throws -> String {
        let root = String(#filePath.dropLast("Tests/EndToEndTests/MigrationTests.swift".count))
        let output = lab.workplace.file("migrate")
        try await lab.host(
            "make", "-s", "-C", root + "Images/kernel/test/migrate", "OUT=\(output)", limit: .seconds(120))
        return output
    }

    @Test(
        "a thread hops between the two kernels in mid-function, from either; its output is the origin's",
        arguments: ["x86", "arm"])
    func hop(origin: String) async throws {
        let lab = try await SharedLab.shared()
        let result = try await lab(
            "run", try await programs(lab) + "/hop", "--on", origin, "--to", "/tmp/migrate", "--", "print", "4",
            limit: .seconds(120))
        let lines = result.lines
        #expect(lines.contains { $0.contains("node 0") } && lines.contains { $0.contains("node 1") }, "\(result)")
        let summary = try await lab("trace", "--run", "last", "--summary")
        #expect(summary.text.contains("migrate"), "\(summary)")
    }

    @Test("hops, threads, files, memory, crashes and limits end as documented, and leave nothing behind")
    func suite() async throws {
        let lab = try await SharedLab.shared()
        let directory = try await programs(lab)
        let source = String(#filePath.dropLast("Tests/EndToEndTests/MigrationTests.swift".count))
        for program in ["hop", "threads", "files", "memory"] {
            try await lab("deploy", "--to", "/tmp/migrate", "\(directory)/\(program)")
        }
        try await lab("cp", source + "Images/kernel/test/migrate/suite.sh", "x86:/tmp/migrate/")
        let result = try await lab("exec", "x86", "sh /tmp/migrate/suite.sh /tmp/migrate 1", limit: .seconds(300))
        #expect(result.lines.last == "0 failed", "\(result)")
        #expect(result.lines.count { $0.hasPrefix("ok ") } > 15)
        let totals = try await lab("exec", "--all", "tail -1 /proc/popcorn_ps")
        #expect(totals.lines.allSatisfy { $0.hasSuffix("spaces=0 pages=0") }, "\(totals)")
    }
}
