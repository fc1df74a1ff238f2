import FoundationEssentials
import Support
import SystemPackage
import TestSupport
import Testing

extension EndToEnd.Host {
    private func line(_ run: Int, passed: Bool = true) -> String {
        let plan = #"{"id":"a/1","axes":{},"tags":[],"seed":1}"#
        let problems = passed ? "[]" : #"[{"kind":"exit","summary":"exit code 1","details":[]}]"#
        let values = (0..<50).map { "\(100 + $0 % 7)" }.joined(separator: ",")
        return """
            {"history":1,"results":{"schema":1,"state":"complete","seconds":1,"run":{"id":"run-\(run)","suite":"nightly",\
            "suiteFile":"/s.yaml","seed":1,"commandLine":[],"version":"1","started":\(1_700_000_000 + run * 86400),\
            "cases":[\(plan)]},"boots":[{"id":"pair-1","lab":"pair","started":1,"seconds":1,"fingerprint":\
            {"platform":{"qemu":"7.2"},"subject":{}}}],"cases":[{"plan":\(plan),"reproduce":"","attempts":[{"number":1,\
            "boot":"pair-1","started":1,"seconds":1,"problems":\(problems),"folder":"","measurements":\
            [{"name":"wall","unit":"ms","better":"lower","values":[\(values)]}]}]}]}}\n
            """
    }

    private struct Run: Decodable {
        var id: String
        var verdict: String
    }

    @Test("two processes import into one history at once, and neither loses a run")
    func historyOfTwo() async throws {
        let lab = Lab(name: "none", workplace: try Workplace.shared.get())
        let history = lab.workplace.file("two.sqlite")
        let files = (0..<2).map { lab.workplace.file("two-\($0).jsonl") }
        for (number, file) in files.enumerated() {
            let lines = (0..<100).map { line(2 * $0 + number, passed: $0 != 7) }.joined()
            try AtomicFile.write(lines, to: file)
        }
        try await withThrowingTaskGroup(of: Ending.self) { group in
            for file in files {
                group.addTask { try await lab("history", "import", file, "--history", history) }
            }
            for try await ending in group { #expect(ending.errorText.contains("100 runs added")) }
        }
        let runs = try await lab.json([Run].self, "history", "list", "--limit", "500", "--history", history)
        #expect(Set(runs.map(\.id)).count == 200)
        #expect(runs.filter { $0.verdict == "failed" }.map(\.id) == ["run-15", "run-14"])
        let shown = try await lab("history", "show", "a/1", "--figure", "wall", "--history", history)
        #expect(shown.lines.count == 1 + 198)
    }

    @Test("an import that is killed leaves nothing of its file, and the history whole")
    func historyOfKilled() async throws {
        let lab = Lab(name: "none", workplace: try Workplace.shared.get())
        let history = lab.workplace.file("killed.sqlite")
        let first = lab.workplace.file("killed-0.jsonl")
        try AtomicFile.write(line(1000), to: first)
        try await lab("history", "import", first, "--history", history)

        let fifo = lab.workplace.file("killed.fifo")
        try #require(mkfifo(fifo, 0o600) == 0, "\(errorText(errno))")
        let tool = try lab.workplace.popcornLab.start(["history", "import", fifo, "--history", history])
        // More than the pipe holds, so that when all is written much is recorded; and the file does not end.
        let writer = try FileDescriptor.open(bytesOf: fifo, .writeOnly)
        try writer.writeAll(Array((0..<500).map { line($0) }.joined().utf8))
        tool.send(SIGKILL)
        #expect(try await tool.end(within: .seconds(30)).status == 128 + SIGKILL)
        try writer.close()

        let runs = try await lab.json([Run].self, "history", "list", "--history", history)
        #expect(runs.map(\.id) == ["run-1000"])
        try await lab("history", "import", first, "--history", history)
        let broken = lab.workplace.file("broken.jsonl")
        try AtomicFile.write(line(1) + "{\"history\":1}\n", to: broken)
        let refused = try await lab("history", "import", broken, "--history", history, exit: 1)
        #expect(refused.errorText.contains("broken.jsonl:2: "))
    }
}
