import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology
import UserInput

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

    @Test("runs of one second have an order, whatever made them, and no two have one directory")
    func ordered() throws {
        let scratch = try Scratch()
        let directories = Directories(
            cache: scratch.path + "/c", state: scratch.path + "/s", runtime: scratch.path + "/r")
        let begin = 1_796_104_368.0
        let made = try [(0.10, RunVerb.up), (0.90, .collect), (0.9001, .run), (0.9001, .run), (1.0, .collect)].map {
            try RunDirectory.create(
                verb: $1, at: Date(timeIntervalSince1970: begin + $0), directories: directories
            ).id
        }
        #expect(Set(made).count == made.count)
        #expect(RunDirectory.all(in: directories).map(\.id) == made)
        #expect(made[0].hasPrefix("20261201-055248-up-") && made[4].hasPrefix("20261201-055249-collect-"))
    }
}
