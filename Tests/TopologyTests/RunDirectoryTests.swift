import Support
import Testing
import UserInput
import Topology

@Suite("Files of a run")
struct RunDirectoryTests {
    @Test("docs/tracing.md lists every file of a run, and no other")
    func documented() throws {
        let root = String(#filePath.dropLast("Tests/TopologyTests/RunDirectoryTests.swift".count))
        let lines = try TextFile.read(root + "docs/tracing.md").split(separator: "\n")
        let section = lines.drop { $0 != "## What a run directory holds" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        let listed = section.filter { $0.hasPrefix("| `") }.map { String($0.split(separator: "`")[1]) }
        let run = RunDirectory(id: "RUN", directories: Directories(cache: "", state: "", runtime: ""))
        let files =
            NodeRunFile.allCases.map { run.file($0, of: "NODE") }
            + [run.manifest, run.trace, run.capture("NODE"), run.mergedCapture]
        #expect(listed.sorted() == files.map { String($0.dropFirst(run.path.count + 1)) }.sorted())
    }
}
