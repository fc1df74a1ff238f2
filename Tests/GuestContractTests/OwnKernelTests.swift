import Testing
import Topology
import Trace

@testable import GuestContract

@Suite("what guests with kernels of one's own tell")
struct OwnKernelTests {
    private static let head =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

    private func table(_ lines: String...) -> ConnectionTable {
        ConnectionTable(
            parsing: Self.head
                + lines.enumerated().map { "   \($0): \($1) 00000000:00000000 00:00000000 00000000 0\n" }.joined())
    }

    @Test("a reading of a clock that goes by ticks knows how long they are")
    func coarseClock() throws {
        let (before, after) = (HostTime(microseconds: 1000), HostTime(microseconds: 1600))
        let coarse = try #require(GuestRecorder.sample("local=8000000 grain=4000000\n", from: before, to: after))
        #expect(coarse.guest == GuestTime(nanoseconds: 8_000_000))
        #expect(coarse.hostBefore == before && coarse.hostAfter == after && coarse.grain == 4_000_000)
        let fine = try #require(GuestRecorder.sample("local=8000001 mono=1 real=2", from: before, to: after))
        #expect(fine.hostBefore == before && fine.hostAfter == after && fine.grain == 0)
        // What happens to be the least difference of a log's stamps is no tick.
        #expect(try #require(GuestRecorder.sample("local=5 grain=7000", from: before, to: after)).grain == 0)
        #expect(GuestRecorder.sample("mono=1", from: before, to: after) == nil)
    }

    private let peer = IPv4Address(10, 4, 4, 101)

    @Test("a connection stands whoever opened it")
    func connected() {
        #expect(table("6404040A:7703 6504040A:9C40 01").isConnected(to: peer, port: 30467))
        #expect(table("6404040A:9C40 6504040A:7703 01").isConnected(to: peer, port: 30467))
        #expect(!table("6404040A:9C40 6504040A:7703 02").isConnected(to: peer, port: 30467))
        #expect(!table("6404040A:9C40 6604040A:7703 01").isConnected(to: peer, port: 30467))
        #expect(!table("6404040A:0016 6504040A:9C40 01").isConnected(to: peer, port: 30467))
    }

    @Test("how far a connection has come is told apart")
    func progress() {
        let listening = "00000000:7703 00000000:0000 0A"
        let opening = table(listening, "6404040A:9C40 6504040A:7703 02")
        #expect(opening.progress(to: peer, port: 30467, isOurs: true).contains("no answer from that address"))
        #expect(table(listening).progress(to: peer, port: 30467, isOurs: true).contains("tried again each second"))
        #expect(
            table(listening).progress(to: peer, port: 30467, isOurs: false).contains("has not connected to our port"))
        #expect(table().progress(to: peer, port: 30467, isOurs: false).contains("does not listen"))
        let silent = table("6404040A:7703 6504040A:9C40 01").progress(to: peer, port: 30467, isOurs: false)
        #expect(silent.contains("has not told its architecture"))
    }

    @Test("who has joined and whose connection stands is up, who has joined and lost it is down")
    func peers() {
        let text = "12.5 20.1\n1 10.4.4.101 aarch64\n2 10.4.4.102 x86_64\n"
        let peers = PeerTable(joined: text, connections: table("6404040A:7703 6504040A:9C40 01"), port: 30467)
        #expect(peers.peers.map(\.id) == [1, 2])
        #expect(peers.peers.map(\.state) == [.up, .down])
    }

    @Test("init's word of a peer is read")
    func joined() {
        #expect(InitReport(line: "popcorn-init: joined 1 aarch64")?.joined?.architecture == "aarch64")
        #expect(InitReport(line: "popcorn-init: joined 1")?.joined == nil)
        #expect(InitReport(line: "popcorn-init: peers 1 of 1")?.joined == nil)
    }
}
