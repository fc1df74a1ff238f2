import Results
import TestSupport
import Testing
import Trace

@testable import Regression

@Suite("The hops of a case, for its picture")
struct HopRecordTests {
    private static func recorded() throws -> Timeline {
        let directory =
            String(#filePath.dropLast("RegressionTests/HopRecordTests.swift".count)) + "TraceTests/Recorded/asked"
        return try Timeline.load(nodes: [
            NodeTraceFiles(name: "x86", label: "x86-64", id: 0, directory: directory + "/x86"),
            NodeTraceFiles(name: "arm", label: "aarch64", id: 1, directory: directory + "/arm"),
        ])
    }

    @Test("times count from the first hop, threads from 0, and a folder gives back what was written")
    func recorded() throws {
        let record = try #require(HopRecord(try Self.recorded()))
        #expect(record.nodes == ["x86", "arm"] && record.count == 4)
        #expect(record.hops.map(\.thread) == [0, 0, 0, 0] && record.hops[0].begin == 0)
        #expect(record.hops.allSatisfy { ($0.end ?? 0) > $0.begin })
        let scratch = try Scratch()
        #expect(HopRecord.read(folder: scratch.path) == nil)
        try record.write(folder: scratch.path)
        #expect(HopRecord.read(folder: scratch.path) == record)
    }

    @Test("of many hops the first are kept, and all are counted")
    func many() {
        let hop = HopRecord.Hop(thread: 0, from: "x86", to: "arm", begin: 0, end: 1)
        let record = HopRecord(nodes: ["x86", "arm"], hops: Array(repeating: hop, count: 1000))
        #expect(record.hops.count == HopRecord.most && record.count == 1000)
    }
}
