import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology

@testable import Lab

@Suite("Runs")
struct RunStoreTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("a run is found by its id, the beginning of it, and as the last")
    func find() throws {
        let store = RunStore(environment: scratch.environment)
        #expect(throws: LabError.self) { try store.find("last") }
        let early = try RunDirectory.create(
            verb: .up, at: Date(timeIntervalSince1970: 1_569_578_100), directories: scratch.directories)
        let late = try RunDirectory.create(
            verb: .run, at: Date(timeIntervalSince1970: 1_569_578_200), directories: scratch.directories)
        #expect(early.id.hasPrefix("20190927-095500-up-"))
        #expect(early.verb == .up && late.verb == .run)
        #expect(RunDirectory(id: "20190927-095500-fly-3f2a", directories: scratch.directories).verb == nil)
        #expect(try store.find("last").id == late.id)
        #expect(try store.find(early.id).id == early.id)
        #expect(throws: LabError.self) { try store.find("2019") }
        #expect(throws: LabError.self) { try store.find("") }
        #expect(throws: LabError.self) { try store.find("1999") }
    }

    @Test("a manifest is read back, and runs without a sound one are passed over")
    func manifests() throws {
        let run = try RunDirectory.create(verb: .up, directories: scratch.directories)
        var manifest = Manifest(run: run, verb: .up, record: try Sample.record(), environment: scratch.environment)
        manifest.exitCode = 3
        try manifest.save(run)
        let read = try Manifest.load(run)
        #expect(read.exitCode == 3 && read.nodes.map(\.name) == ["x86", "arm"] && read.host.cpus > 0)
        let damaged = try RunDirectory.create(verb: .up, directories: scratch.directories)
        try AtomicFile.write("{", to: damaged.manifest)
        _ = try RunDirectory.create(verb: .up, directories: scratch.directories)
        #expect(RunStore(environment: scratch.environment).manifests().map(\.id) == [run.id])
        #expect(throws: (any Error).self) { try Manifest.load(damaged) }
    }

    @Test("the steps of a command are told in their order")
    func steps() {
        let steps = [Step(name: "connect", milliseconds: 123), Step(name: "program", milliseconds: 1999)]
        #expect(steps.sentence == "connect 0.12 s, program 2.00 s")
    }

    @Test("a console that cannot be kept is a warning")
    func console() throws {
        let run = try RunDirectory.create(verb: .up, directories: scratch.directories)
        let paths = scratch.store.paths("sample")
        #expect(run.copySerialLog(of: "arm", from: paths)?.contains("arm: ") == true)
        try scratch.write("hello\n", to: "state/labs/sample/nodes/arm/serial.log")
        #expect(run.copySerialLog(of: "arm", from: paths) == nil)
        #expect(SerialLog(path: run.node("arm") + "/serial.log").lines == ["hello"])
    }
}
