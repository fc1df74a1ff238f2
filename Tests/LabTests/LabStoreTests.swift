import FoundationEssentials
import Support
import TestSupport
import Testing
import Topology
import UserInput

@testable import Lab

@Suite("Records of labs")
struct LabStoreTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("a record is read back as it was written")
    func roundTrip() throws {
        var record = try Sample.record()
        record.nodes[0].qemu = ProcessIdentity(pid: 7, startTime: 99)
        record.impairments["arm"] = NodeImpairment()
        try scratch.store.create(record)
        let read = try scratch.store.existing("sample")
        #expect(read.id == record.id && read.spec == record.spec && read.nodes[0].qemu == record.nodes[0].qemu)
        #expect(scratch.store.names == ["sample"])
    }

    @Test(
        "no record is no error, a record that makes no sense is one, and says how to get rid of it",
        arguments: [
            "", "{", "[]", "{\"version\": 1}", "null", "\u{0}\u{0}",
        ])
    func broken(text: String) throws {
        #expect(try scratch.store.load("sample") == nil)
        try scratch.write(text, to: "state/labs/sample/lab.json")
        let error = #expect(throws: LabError.self) { try scratch.store.load("sample") }
        #expect(error?.code == .brokenRecord && error?.hint?.contains("down -l sample") == true)
        #expect(scratch.store.all().broken.map(\.name) == ["sample"])
    }

    @Test("a record under another lab's name, or with other nodes than its topology, is not believed")
    func contradiction() throws {
        try scratch.store.create(try Sample.record())
        try Directories.create(scratch.store.paths("other").root)
        try FileManager.default.copyItem(
            atPath: scratch.store.paths("sample").record, toPath: scratch.store.paths("other").record)
        #expect(throws: LabError.self) { try scratch.store.load("other") }
        try scratch.store.update("sample") { $0.nodes.removeLast() }
        #expect(throws: LabError.self) { try scratch.store.load("sample") }
    }

    @Test("an accelerator that there is none of makes a record a broken one")
    func accelerator() throws {
        try scratch.store.create(try Sample.record())
        let path = scratch.store.paths("sample").record
        let text = try TextFile.read(path)
        #expect(text.contains(#""accelerator" : "tcg""#))
        try AtomicFile.write(text.replacing(#""accelerator" : "tcg""#, with: #""accelerator" : "magic""#), to: path)
        let error = #expect(throws: LabError.self) { try scratch.store.load("sample") }
        #expect(error?.code == .brokenRecord)
    }

    @Test("an unreadable record is not taken for a missing one", .enabled(if: geteuid() != 0, "root reads everything"))
    func unreadable() throws {
        let file = try scratch.write("{}", to: "state/labs/sample/lab.json")
        chmod(file, 0)
        #expect(throws: SystemError.self) { try scratch.store.load("sample") }
    }

    @Test("a record in whose place a directory stands is an error")
    func directory() throws {
        try Directories.create(scratch.store.paths("sample").record)
        #expect(throws: SystemError.self) { try scratch.store.load("sample") }
    }

    @Test("changes by many at once are all kept")
    func concurrentChanges() async throws {
        try scratch.store.create(try Sample.record())
        let store = scratch.store
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 { group.addTask { try? store.addRun("run-\(index)", to: "sample") } }
        }
        #expect(Set(try store.existing("sample").runs) == Set((0..<40).map { "run-\($0)" }))
    }

    @Test("a change does not bring a removed lab back")
    func removed() throws {
        try scratch.store.create(try Sample.record())
        try scratch.store.remove("sample")
        let error = #expect(throws: LabError.self) { try scratch.store.addRun("late", to: "sample") }
        #expect(error?.code == .noSuchLab)
        #expect(access(scratch.store.paths("sample").root, F_OK) != 0)
        try scratch.store.remove("sample")
    }

    @Test("who is second at a lab's lock learns who is first")
    func lock() throws {
        let first = try scratch.store.lock("sample", purpose: "up x86,arm")
        let error = #expect(throws: LockedError.self) { try scratch.store.lock("sample", purpose: "down") }
        #expect(error?.summary.contains("\(getpid()) up x86,arm") == true && error?.exitStatus == .locked)
        withExtendedLifetime(first) {}
        _ = try scratch.store.lock("other", purpose: "up")
    }

    @Test("sockets of labs fit into an address, and labs of other state directories have others")
    func paths() {
        let user = Directories(environment: ["HOME": "/home/someone", "XDG_RUNTIME_DIR": "/run/user/1000"])
        let other = Directories(
            environment: ["HOME": "/home/someone", "XDG_RUNTIME_DIR": "/run/user/1000", "XDG_STATE_HOME": "/tmp/state"])
        let name = String(repeating: "n", count: 31)
        let paths = LabPaths(directories: user, name: name)
        #expect(paths.consoleSocket(name).utf8.count < 108)
        #expect(paths.runtime != LabPaths(directories: other, name: name).runtime)
        #expect(user.mark != other.mark)
    }
}
