import GuestContract
import Testing

@Suite("what kernels say of each other")
struct PeerTests {
    @Test("lines about peers are told apart, and others are none")
    func news() {
        #expect(
            PeerNews(parsing: "popcorn:    1 is silent for 1500 ms; 2 threads wait for it")
                == .silent(peer: 1, milliseconds: 1500, waiting: 2))
        #expect(
            PeerNews(parsing: "popcorn:   12 speaks again, after 9728 ms of silence")
                == .heard(peer: 12, milliseconds: 9728))
        #expect(
            PeerNews(parsing: "popcorn:    0 lost, message layer unloaded there (epoch 3)")
                == .lost(peer: 0, reason: "message layer unloaded there (epoch 3)"))
        for line in [
            "popcorn:    1 joined, aarch64", "popcorn: Ready on TCP/IP", "popcorn:    1 is silent", "eth0: 1 lost, x",
            "",
            "popcorn: x is silent for 1500 ms; 2 threads wait for it",
        ] {
            #expect(PeerNews(parsing: line) == nil, "\(line)")
        }
    }

    @Test("a table of peers has states, boot ids and silences, or what of them the kernel tells")
    func table() throws {
        let table = PeerTable(
            parsing: """
                *   0  10.4.4.100  x86_64  self  0  875502377cbc4aa0  0  0
                    1  10.4.4.101  aarch64  silent  1  4ab0cec268b02e3e  9376  3
                    2  10.4.4.102  unknown  down  0
                nothing of that kind
                """)
        #expect(table.peers.map(\.id) == [0, 1, 2])
        #expect(table.peers.map(\.state) == [.own, .silent, .down])
        #expect(table.peers.map(\.bootID) == ["875502377cbc4aa0", "4ab0cec268b02e3e", nil])
        #expect(table.peers.map(\.silentMilliseconds) == [0, 9376, 0])
        #expect(table.peers.map(\.waiting) == [0, 3, 0])
        #expect(table.peers.map(\.state.takesPart) == [false, true, false])
    }
}
