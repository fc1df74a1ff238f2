import Testing

@testable import GuestContract

@Suite("The state of a node")
struct StateTests {
    private static let parts = [
        "strays": "87 /root/sort\n91 /root/a program (deleted)\n",
        "ps": """
        P: 120 process=0x7b comm=sort hops=5 calls=3 call_bytes=31 pages=7 read_faults=0
        L: 120 0 process=0x7b thread=0 hops=0 calls=0 proposed=-1 refused=0 error=0 arrived=1 since_us=-1
        W: 87 process=0x8c comm=wander origin=1 arrived=3 calls=3 waiting=1 pages=4 read_faults=0
        spaces=2 pages=11

        """,
        "stat": """
        sent 12
        received_bytes 4096
        type 33 PAGE_GRANT sent 4 16480 received 1 24
        type 99 99 sent 0 0 received 1 8

        """,
        "boot": "f7471c7e-25a2-40dc-8537-e65001692192\n", "tainted": "12800\n", "uptime": "200.98 195.54\n",
        "memory": "MemTotal:  500000 kB\nMemFree:          300000 kB\nMemAvailable:     310000 kB\n",
    ]

    @Test("all of it is read")
    func whole() throws {
        let state = try #require(NodeState(parts: Self.parts))
        #expect(state.processes?.totals == .init(spaces: 2, pages: 11))
        #expect(state.processes?.processes.map(\.pid) == [120])
        let worker = try #require(state.processes?.workers.first)
        #expect(worker.pid == 87 && worker.program == "wander" && worker.origin == 1 && worker.pages == 4)
        #expect(state.counters?.values == ["sent": 12, "received_bytes": 4096])
        #expect(
            state.counters?.types == [
                "PAGE_GRANT": .init(id: 33, sent: 4, sentBytes: 16480, received: 1, receivedBytes: 24),
                "99": .init(id: 99, sent: 0, sentBytes: 0, received: 1, receivedBytes: 8),
            ])
        #expect(state.bootID == "f7471c7e-25a2-40dc-8537-e65001692192" && state.uptimeSeconds == 200.98)
        #expect(state.taint.contains(.warned) && state.taint.letters == "WOE")
        #expect(state.strays == [87: "/root/sort", 91: "/root/a program (deleted)"])
        #expect(state.freeKiB == 300_000 && state.availableKiB == 310_000)
    }

    @Test(
        "without one of its parts, there is none",
        arguments: ["ps", "stat", "boot", "tainted", "uptime", "memory", "strays"])
    func missing(part: String) {
        var parts = Self.parts
        parts[part] = nil
        #expect(NodeState(parts: parts) == nil)
        parts[part] = "nonsense of no use"
        if !["boot", "stat", "strays"].contains(part) { #expect(NodeState(parts: parts) == nil) }
    }

    @Test("a kernel without our files tells what every kernel does")
    func own() throws {
        var parts = Self.parts
        (parts["ps"], parts["stat"]) = (nil, nil)
        let state = try #require(NodeState(parts: parts, hasOurFiles: false))
        #expect(state.processes == nil && state.counters == nil && state.strays.count == 2)
        parts["tainted"] = nil
        #expect(NodeState(parts: parts, hasOurFiles: false) == nil)
    }

    @Test("a table of processes that was cut off has no totals")
    func cutOff() {
        #expect(NodeProcessTable(parsing: "P: 1 process=0x1 comm=a\n").totals == nil)
        #expect(NodeProcessTable(parsing: "spaces=x pages=0\n").totals == nil)
    }

    @Test("lines that are no counters are passed over")
    func noCounters() {
        let text = "sent\nsent x\nsent -1\ntype 1 A sent 1 2 received 3\ntype x A sent 1 2 received 3 4\n\n"
        #expect(CounterTable(parsing: text) == CounterTable())
    }

    @Test("a kernel's own modules are no trouble")
    func taint() {
        #expect(KernelTaint(rawValue: 12288).intersection(.trouble).isEmpty)
        #expect(KernelTaint(rawValue: 12288).letters == "OE" && KernelTaint().letters.isEmpty)
        #expect(KernelTaint(rawValue: 1 << 7 | 1 << 14).letters == "DL")
    }
}
