import GuestContract
import TestSupport
import Testing

@testable import Lab

@Suite("Faults on purpose")
struct FaultsTests {
    private let tables = [
        (
            node: "x86",
            table: NodeProcessTable(
                parsing: """
                    P: 120 process=0x7b comm=a-long-program- hops=1
                    P: 121 process=0x7c comm=sort hops=1
                    W: 90 process=0x8d comm=sort origin=1 pages=1
                    spaces=3 pages=1
                    """)
        ),
        (
            node: "arm",
            table: NodeProcessTable(
                parsing: """
                    P: 50 process=0x8d comm=sort hops=1
                    W: 87 process=0x7b comm=a-long-program- origin=0 pages=1
                    W: 0 process=0x7c comm=- origin=0 pages=0
                    spaces=3 pages=1
                    """)
        ),
    ]

    @Test("a program's processes are found by its name, and their workers by their process")
    func victims() throws {
        let nodes = try Sample.record().nodes
        func found(_ program: String, _ part: Faults.ProcessPart) -> [String] {
            Faults.victims(of: program, part, in: tables).map { "\($0.node) \($0.pid)" }
        }
        #expect(found("sort", .origin) == ["x86 121", "arm 50"])
        #expect(found("a-long-program-name", .origin) == ["x86 120"])
        #expect(found("a-long-program-name", .worker(nodes[1])) == ["arm 87"])
        #expect(found("sort", .worker(nodes[0])) == ["x86 90"])
        // That of x86's sort has not started.
        #expect(found("sort", .worker(nodes[1])).isEmpty)
        #expect(found("sor", .origin).isEmpty)
    }

    @Test("a guest that does not run can be neither killed nor crashed")
    func absent() async throws {
        let scratch = try Scratch()
        try scratch.store.create(try Sample.record())
        let access = try LabAccess(environment: scratch.environment, name: "sample")
        let faults = Faults(access: access)
        let node = try access.node("arm")
        let killed = #expect(throws: LabError.self) { try faults.kill(node) }
        #expect(killed?.code == .guestDied)
        let crashed = await #expect(throws: LabError.self) { try await faults.panic(node) }
        #expect(crashed?.code == .guestDied)
    }
}
