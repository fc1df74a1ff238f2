import FoundationEssentials
import GuestContract
import Support
import SystemPackage
import TestSupport
import Testing
import Trace

@testable import Lab

@Suite("The watch over guests")
struct GuestWatchTests {
    /// A lab whose one guest is a process that has the name and the UUID of a QEMU, and ends with its input.
    private final class FakeGuest: Sendable {
        let access: LabAccess
        let scratch: Scratch
        let serialLog: String
        private let process: ChildProcess
        private let leash: FileDescriptor

        init() throws {
            scratch = try Scratch()
            let record = try Sample.record("x86")
            try scratch.store.create(record)
            access = try LabAccess(environment: scratch.environment, name: "sample")
            serialLog = access.paths.serialLog("x86")
            try Directories.create(access.paths.node("x86"))
            let qemu = scratch.file("qemu-sh")
            try FileManager.default.createSymbolicLink(atPath: qemu, withDestinationPath: "/bin/sh")
            let (reader, writer) = try FileDescriptor.privatePipe()
            defer { try? reader.close() }
            process = try ChildProcess(
                [qemu, "-c", "read line; exit 0", "-uuid", record.nodes[0].uuid], input: .descriptor(reader.rawValue))
            leash = writer
            try AtomicFile.append(Array("[    1.000000] Oops: of before\r\n".utf8), to: serialLog)
        }

        func print(_ text: String) throws { try AtomicFile.append(Array(text.utf8), to: serialLog) }

        func end() {
            try? leash.close()
            process.wait()
        }
    }

    @Test("trouble is told as it is printed, from the asked severity up, and the end after the last words")
    func life() async throws {
        let guest = try FakeGuest()
        var events = try GuestWatch(access: guest.access).events().makeAsyncIterator()
        try guest.print("[    2.000000] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\r\n[    2.1")
        try guest.print("00000] Unable to handle kernel paging request at virtual address 0\r\nBUG: of a program\r\n")
        let oops = await events.next()
        #expect(oops?.node == "x86" && oops?.line.hasPrefix("Unable to handle kernel paging request") == true)
        #expect(oops?.kind == .trouble(KernelTrouble(severity: .oops, marker: "Unable to handle kernel")))
        // Its last line has no end.
        try guest.print("[    3.000000] Kernel panic - not syncing: Fatal")
        guest.end()
        let panic = await events.next()
        #expect(panic?.line == "Kernel panic - not syncing: Fatal")
        #expect(await events.next() == GuestWatch.Event(node: "x86", kind: .ended))
        #expect(await events.next() == nil)
    }

    @Test("whoever wants to know of warnings is told of them too")
    func severity() async throws {
        let guest = try FakeGuest()
        defer { guest.end() }
        var events = try GuestWatch(access: guest.access, severity: .warning).events().makeAsyncIterator()
        try guest.print("[    2.000000] WARNING: suspicious RCU usage\r\n")
        #expect(await events.next()?.line == "WARNING: suspicious RCU usage")
    }

    @Test("a guest that is gone already has ended")
    func gone() async throws {
        let guest = try FakeGuest()
        guest.end()
        var events = try GuestWatch(access: guest.access).events().makeAsyncIterator()
        #expect(await events.next() == GuestWatch.Event(node: "x86", kind: .ended))
        #expect(await events.next() == nil)
    }

    @Test("what came after a mark is told, and a log without the mark as a whole")
    func marks() throws {
        func messages(_ text: String) -> [KernelMessage] {
            var parser = KernelLogParser()
            return parser.feed(Array(text.utf8)) + parser.finish()
        }
        var all = KernelMessages()
        let log = "12,1,1,-;mark\n4,2,2,-;WARNING: old\n12,3,3,-;mark\n4,4,4,-;mark\n4,5,5,-;WARNING: new\n"
        all.add(messages(log), of: "x86", after: "mark")
        all.add(messages("12,1,1,-;BUG: of a program\n4,2,2,-;BUG: of the kernel\n"), of: "arm", after: "mark")
        all.add(messages("4,1,1,-;one\n"), of: "third", after: nil)
        #expect(all.nodes["x86"]?.map(\.text) == ["mark", "WARNING: new"])
        #expect(all.nodes["arm"]?.count == 2 && all.nodes["third"]?.count == 1 && all.withoutMark == ["arm"])
        #expect(all.troubles.map { "\($0.node) \($0.message.text)" } == ["arm BUG: of the kernel", "x86 WARNING: new"])
    }
}
