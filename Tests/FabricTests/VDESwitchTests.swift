import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Fabric

struct VDESwitchTests {
    private let scratch: Scratch
    private let fabric: VDESwitch

    init() throws {
        scratch = try Scratch()
        fabric = VDESwitch(directory: scratch.file("fabric"))
    }

    @Test("a switch starts once, is found again by its directory, and leaves nothing behind")
    func lifecycle() async throws {
        defer { try? fabric.stop() }
        let process = try await fabric.start(ports: 2)
        #expect(process.isAlive)
        #expect(access(fabric.socketDirectory + "/ctl", F_OK) == 0)
        #expect(try await VDESwitch(directory: fabric.directory).start(ports: 2) == process)
        try fabric.stop()
        #expect(!process.isAlive)
        #expect(access(fabric.directory, F_OK) != 0)
        try fabric.stop()
    }

    @Test("a switch that was killed is started anew")
    func killed() async throws {
        defer { try? fabric.stop() }
        let first = try await fabric.start(ports: 2)
        first.send(signal: SIGKILL)
        #expect(first.waitForExit(.seconds(5)))
        #expect(fabric.process == nil)
        let second = try await fabric.start(ports: 2)
        #expect(second != first && second.isAlive)
    }

    @Test("a pid file that names a stranger's process is not believed")
    func strangePid() throws {
        defer { try? fabric.stop() }
        try Directories.create(fabric.directory)
        try AtomicFile.write("\(getpid())\n", to: fabric.directory + "/pid")
        #expect(fabric.process == nil)
        try fabric.stop()
    }
}
