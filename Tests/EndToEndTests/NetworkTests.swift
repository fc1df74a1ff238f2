import FoundationEssentials
import Support
import Testing

extension EndToEnd.Network {
    private func medianRoundTrip(_ lab: Lab) async throws -> Double {
        struct Outcome: Decodable {
            struct Trips: Decodable { var p50: Double }
            struct Measurement: Decodable { var roundTrips: Trips }
            var messageLayer: Measurement
        }
        return try await lab.json(
            Outcome.self, "ping", "x86", "arm", "--count", "20", "--stream", "0", "--no-tcp"
        ).messageLayer.roundTrips.p50
    }

    private static func heal(_ lab: Lab) async throws {
        for node in ["x86", "arm"] { try await lab("net", "heal", node) }
        try await lab.awaitPair()
    }

    @Test("a cut link makes the kernels lose each other in the end, healing it brings them together again")
    func cut() async throws {
        try await EndToEnd.MessageLayer.with(EndToEnd.MessageLayer.impatient) { lab in
            try await lab("net", "cut", "arm")
            // Management is another wire: arm still answers.
            try await lab.await("down", of: 1, on: "x86")
            try await lab.await("down", of: 0, on: "arm")
            let status = try await lab.status()
            #expect(try status.node("arm").impairment == "link cut")
            #expect(try status.node("x86").peers["arm"] == "down")
            try await lab("net", "heal", "arm")
            try await lab.awaitPair()
            #expect(try await lab.status().node("arm").impairment == "")
        }
    }

    @Test("delay, jitter and loss reach the guest's tc, round trips grow by the delay, and heal takes all away")
    func impair() async throws {
        try await SharedLab.shared().repairing(Self.heal) { lab in
            let tc = "tc qdisc show dev fabric"
            try await lab("net", "delay", "arm", "100ms", "--jitter", "1ms")
            #expect(try await lab("exec", "arm", tc).text.contains("delay 100ms  1ms"))
            // A round trip passes arm's sending side, so none can be faster.
            #expect(try await medianRoundTrip(lab) > 98_000)
            try await lab("net", "loss", "arm", "1%")
            let both = try await lab("exec", "arm", tc).text
            #expect(both.contains("delay 100ms") && both.contains("loss 1%"))
            #expect(try await lab("status").text.contains("delay 100 ms ± 1 ms, loss 1 %"))
            try await lab("net", "heal", "arm")
            #expect(!(try await lab("exec", "arm", tc).text.contains("netem")))
            #expect(try await medianRoundTrip(lab) < 98_000)
            let wrong = try await lab("net", "loss", "arm", "101%", exit: 64)
            #expect(wrong.errorText.contains("101%"))
        }
    }

    @Test("a capture holds every node's frames as an interface of one pcapng")
    func capture() async throws {
        let lab = try await SharedLab.shared()
        try await lab("net", "capture", "start")
        let twice = try await lab("net", "capture", "start", exit: 64)
        #expect(twice.errorText.contains("a capture runs already"))
        try await lab("exec", "x86", "echo ping 1 1000 20 1 > /proc/popcorn_test")
        let stopped = try await lab("net", "capture", "stop")
        let path = try #require(stopped.lines.last)
        let fields = try await lab.host(
            "tshark", "-n", "-r", path, "-Y", "tcp.port == 30467", "-T", "fields", "-e", "frame.interface_name", "-e",
            "ip.src", "-e", "tcp.len")
        let rows = fields.lines.map { $0.split(separator: "\t").map(String.init) }
        #expect(Set(rows.map { $0[0] }) == ["x86", "arm"])
        #expect(Set(rows.map { $0[1] }).count == 2)
        for node in ["x86", "arm"] {
            #expect(rows.count { $0[0] == node && (Int($0.last ?? "") ?? 0) >= 1000 } >= 40)
        }
        try await lab("net", "capture", "stop", exit: 64)

        let run = try #require(try await lab.status().runs.last { $0.contains("-capture-") })
        let times = try RunTimes(of: run, in: lab)
        #expect(try #require(times.ended) >= times.started)
    }
}
