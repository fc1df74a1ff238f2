import Testing
import Topology

@testable import GuestContract

@Suite("What a guest answers")
struct AnswerTests {
    @Test("the peers of a node are read from the upstream format, and other lines are passed over")
    func peers() {
        let table = PeerTable(
            parsing: "12.5 20.1\n*  0 10.4.4.100 x86_64 self\n   1 10.4.4.101 aarch64 down\nnonsense\n x y z w\n")
        #expect(table.peers.map(\.id) == [0, 1])
        #expect(table.peers.map(\.state) == [.own, .down])
        #expect(table.lines.count == 5)
        #expect(PeerTable(parsing: "").peers.isEmpty)
    }

    @Test("what makes no sense is passed over", arguments: ["", "L: 1 0 process=0x1", "P: x\nL: y\nW:\nR: 1", "P: 1"])
    func processes(text: String) { #expect(NodeProcessTable(parsing: text).processes.isEmpty) }

    @Test("what became of a move is understood, and nothing else")
    func move() throws {
        let moved = try #require(MoveAnswer(parsing: "120/122 moved from=0 us=3500"))
        #expect(moved.thread == ThreadID(pid: 120, tid: 122) && moved.result == .moved)
        #expect(moved.node == 0 && moved.microseconds == 3500 && moved.reason == nil)
        let refused = try #require(MoveAnswer(parsing: "120/122 refused node=1 error=-116"))
        #expect(refused.node == 1 && refused.reason?.contains("build") == true)
        #expect(try #require(MoveAnswer(parsing: "120/122 late node=0 hops=4")).otherHops == 4)
        #expect(MoveAnswer(parsing: "120/122 flown") == nil && MoveAnswer(parsing: "120 moved") == nil)
        #expect(MoveAnswer(parsing: "") == nil)
    }

    @Test("a driver's summary is no other line")
    func summary() {
        #expect(MoveSummary(parsing: "migratable=1 threads=2 asked=3 moves=3 refused=0 error=-116")?.reason == nil)
        #expect(MoveSummary(parsing: "ready 0001") == nil)
    }

    @Test("round trips are told in ns, all of them or none")
    func roundTrips() throws {
        let lines = "test=ping\nmin_ns=1000\np50_ns=2000\np99_ns=3500\nmax_ns=9000".split(separator: "\n")
        let times = try #require(RoundTripTimes(KeyValues(lines)))
        #expect([times.min, times.p50, times.p99, times.max] == [1, 2, 3.5, 9])
        #expect(RoundTripTimes(KeyValues(lines.dropLast())) == nil)
    }

    @Test("init's reports are found behind the kernel's time stamp, and their details are read")
    func reports() throws {
        #expect(InitReport(line: "[    1.2] popcorn-init: booted 6.1.0")?.stage == .booted)
        #expect(InitReport(line: "popcorn-init: ready")?.detail == "")
        let peers = try #require(InitReport(line: "popcorn-init: peers 1 of 2")?.peers)
        #expect(peers.up == 1 && peers.all == 2)
        let failure = try #require(InitReport(line: "popcorn-init: error fabric: no: interface")?.failure)
        #expect(failure.stage == .fabric && failure.message == "no: interface")
        for line in ["", "popcorn-init:", "popcorn-init: lunch", "init: ready"] {
            #expect(InitReport(line: line) == nil, "\(line)")
        }
    }

    @Test("what a shell would take apart is quoted")
    func commands() {
        let command = EmbeddedGuest.programCommand("a b", ["$x"], in: "/root/my files", driver: nil)
        #expect(command == "cd '/root/my files' && exec './a b' '$x'")
    }
}
