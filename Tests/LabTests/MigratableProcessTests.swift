import GuestContract
import Support
import Testing

@testable import Lab

@Suite("Migration")
struct MigratableProcessTests {
    private static let origin = """
        P: 120 process=0x7b comm=sort hops=5 calls=3 call_bytes=31 pages=7 read_faults=0
        L: 120 0 process=0x7b thread=0 hops=0 calls=0 proposed=-1 refused=0 error=0 arrived=1 since_us=-1
        L: 122 1 process=0x7b thread=1 hops=5 calls=3 proposed=-1 refused=2 error=-2 arrived=0 since_us=1500000
        P: 130 process=0x7c comm=a-long-program- hops=0 calls=0 call_bytes=0 pages=1 read_faults=0
        L: 130 0 process=0x7c thread=0 hops=0 calls=0 proposed=-1 refused=0 error=0 arrived=1 since_us=-1
        spaces=2 pages=8
        """
    private static let target = """
        W: 87 process=0x7b comm=sort origin=0 arrived=3 calls=3 waiting=1 pages=4 read_faults=0
        R: 88 0 122 process=0x7b thread=1 hops=5
        spaces=1 pages=4
        """

    private var processes: [MigratableProcess] {
        MigratableProcesses(
            [0: NodeProcessTable(parsing: Self.origin), 1: NodeProcessTable(parsing: Self.target)],
            names: ["x86", "arm"]
        ).processes
    }

    @Test("what two nodes say becomes one process")
    func join() throws {
        #expect(processes.map(\.program) == ["sort", "a-long-program-"])
        let sort = processes[0]
        #expect(sort.origin == "x86" && sort.pid == 120 && sort.hops == 5 && sort.delegatedCalls == 3)
        #expect(sort.pages == ["x86": 7, "arm": 4])
        #expect(
            sort.threads == [
                .init(
                    tid: 120, node: "x86", tidThere: 120, hasArrived: true, hops: 0, refused: 0,
                    secondsSinceMove: nil),
                .init(
                    tid: 122, node: "arm", tidThere: 88, hasArrived: false, hops: 5, refused: 2, secondsSinceMove: 1.5),
            ])
    }

    @Test(
        "a thread is named by program, PID or PID/TID",
        arguments: [("130", [130]), ("120/122", [122]), ("a-long-program-with-more", [130])] as [(String, [Int32])])
    func selection(text: String, tids: [Int32]) throws {
        let found = try ThreadSelector(text).matches(in: processes, origin: nil, all: false)
        #expect(found.flatMap { $0.threads.map(\.tid) } == tids)
        #expect(throws: LabError.self) { try ThreadSelector(text).matches(in: processes, origin: "arm", all: false) }
    }

    @Test("several threads need --all")
    func several() throws {
        let error = #expect(throws: LabError.self) {
            try ThreadSelector("sort").matches(in: processes, origin: nil, all: false)
        }
        #expect(error?.details.count == 2)
        let all = try ThreadSelector("sort").matches(in: processes, origin: "x86", all: true)
        #expect(all.flatMap(\.threads).count == 2)
        let unknown = #expect(throws: LabError.self) {
            try ThreadSelector("sotr").matches(in: processes, origin: nil, all: true)
        }
        #expect(unknown?.summary.contains("'sort'") == true)
    }

    @Test("what is no selector is refused", arguments: ["", "1/", "1/x", "x/"])
    func noSelector(text: String) {
        #expect(throws: LabError.self) { try ThreadSelector(text) }
    }

    @Test("a driver's summary tells what was not as asked")
    func summary() throws {
        func warning(_ line: String, _ count: Int?) throws -> String? {
            DrivenMoves(count: count).warning(of: try #require(MoveSummary(parsing: line)))
        }
        #expect(try warning("migratable=1 threads=2 asked=6 moves=6 refused=0 error=0", 3) == nil)
        #expect(try warning("migratable=1 threads=1 asked=2 moves=2 refused=0 error=0", 3)?.contains("2 of 3") == true)
        #expect(try warning("migratable=0 threads=0 asked=0 moves=0 refused=0 error=0", 3)?.contains("never") == true)
        #expect(
            try warning("migratable=1 threads=1 asked=2 moves=0 refused=2 error=-116", nil)?.contains("build") == true)
    }

    @Test("FUNCTION[:N]")
    func sites() throws {
        #expect(try MigrationSites(parsing: "sum").passage == 1)
        #expect(try MigrationSites(parsing: "sum:12").passage == 12)
        for text in ["", ":1", "sum:", "sum:0", "sum:x", "sum:-1"] {
            #expect(throws: LabError.self) { try MigrationSites(parsing: text) }
        }
    }
}
