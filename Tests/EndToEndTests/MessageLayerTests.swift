import Support
import Testing

extension EndToEnd.MessageLayer {
    /// Of a hundred round trips, in µs.
    private func shortestRoundTrip(_ lab: Lab) async throws -> Double {
        struct Outcome: Decodable {
            struct Trips: Decodable { var min: Double }
            struct Measurement: Decodable { var roundTrips: Trips }
            var messageLayer: Measurement
        }
        return try await lab.json(
            Outcome.self, "ping", "x86", "arm", "--count", "100", "--stream", "0", "--no-tcp"
        ).messageLayer.roundTrips.min
    }

    @Test("ping measures the message layer beside plain TCP, with a ratio of the two")
    func ping() async throws {
        struct Outcome: Decodable {
            struct Trips: Decodable { var min, p50, p99, max: Double }
            struct Measurement: Decodable {
                var roundTrips: Trips
                var megabytesPerSecond: Double?
            }
            var messageLayer: Measurement
            var tcp: Measurement?
            var roundTripRatio, throughputRatio: Double?
        }
        let lab = try await SharedLab.shared()
        let outcome = try await lab.json(Outcome.self, "ping", "x86", "arm", "--count", "200", "--stream", "40")
        let tcp = try #require(outcome.tcp)
        for measurement in [outcome.messageLayer, tcp] {
            let trips = measurement.roundTrips
            #expect(trips.min > 0 && trips.min <= trips.p50 && trips.p50 <= trips.p99 && trips.p99 <= trips.max)
            #expect((measurement.megabytesPerSecond ?? 0) > 0)
        }
        #expect((outcome.roundTripRatio ?? 0) > 0 && (outcome.throughputRatio ?? 0) > 0)
        let table = try await lab("ping", "arm", "x86", "--count", "20", "--stream", "0", "--no-tcp")
        #expect(table.text.contains("arm -> x86: 20 round trips of 64 bytes"))
        #expect(table.lines.contains { $0.hasPrefix("message layer") })
        #expect(!table.lines.contains { $0.hasPrefix("TCP") })
        try await lab("ping", "x86", "x86", exit: 64)
    }

    @Test("a delay that tests ask for comes on top of every message, and goes again; one that is too long is refused")
    func delay() async throws {
        let parameter = "/sys/module/msg_socket/parameters/delay_us"
        try await SharedLab.shared().repairing({ try await $0("exec", "--all", "echo 0 > \(parameter)") }) { lab in
            let before = try await shortestRoundTrip(lab)
            try await lab("exec", "--all", "echo 10000 > \(parameter)")
            // Both ways.
            #expect(try await shortestRoundTrip(lab) > 20_000)
            try await lab("exec", "arm", "echo 100001 > \(parameter)", exit: 1)
            try await lab("exec", "x86", "echo stress 1 4096 10 4 > /proc/popcorn_test && cat /proc/popcorn_test")
            try await lab("exec", "--all", "echo 0 > \(parameter)")
            #expect(before < 20_000)
            #expect(try await shortestRoundTrip(lab) < 20_000)
        }
    }

    @Test(
        "the kernels' self test ends without an error or a wrong checksum",
        arguments: ["ping 1 4096 100 4", "stream 1 65536 100", "stress 1 30000 50 8", "stress all 65536 20 2"])
    func selfTest(test: String) async throws {
        let lab = try await SharedLab.shared()
        let result = try await lab(
            "exec", "x86", "echo \(test) > /proc/popcorn_test; s=$?; cat /proc/popcorn_test; exit $s")
        for line in ["test=\(test.split(separator: " ")[0])", "status=ok", "errors=0", "mismatches=0"] {
            #expect(result.lines.contains(line), "\(result)")
        }
    }

    @Test("modules get what the kernel's command line has for them")
    func moduleParameters() async throws {
        let lab = try await SharedLab.shared()
        for node in ["x86", "arm"] {
            let napi = try await lab("exec", node, "cat /sys/module/virtio_net/parameters/napi_tx").text
            #expect(napi == "N\n", "\(node)")
        }
        #expect(try await lab("exec", "arm", "dmesg").text.contains("page table isolation forced OFF"))
    }

    /// `Images/kernel/test/hostile.c` knows the secret, and sends what no peer would.
    @Test("a peer that lies about itself, its session and its messages does no more harm than to lose its session")
    func hostile() async throws {
        let lab = try await SharedLab.shared()
        let root = String(#filePath.dropLast("Tests/EndToEndTests/MessageLayerTests.swift".count))
        let program = lab.workplace.file("hostile")
        let compile = "aarch64-linux-gnu-gcc -O1 -static -o \(program) hostile.c hostile_hmac.c hostile_processes.c"
        try await lab.host("sh", "-c", "cd \(root)Images/kernel/test && \(compile)")
        try await lab("cp", program, "arm:/tmp/hostile")
        // With MACs its frames would get no further than those of a stranger.
        try await Self.with("auth=handshake") { lab in
            try await lab("exec", "arm", "rmmod msg_socket")
            try await lab.await("down", of: 1, on: "x86")
            // On a busy host one may find no connection in its second: the rest says enough.
            let attack = ". /etc/popcorn/node; /tmp/hostile $secret $peers 1 0 150; true"
            let ending = try await lab("exec", "arm", attack, limit: .seconds(120))
            #expect(ending.text.contains("attacks connected"), "\(ending)")
            try await Self.reloadWhereMissing(lab)
        }
        let said = try await lab("exec", "x86", "dmesg").text
        // It got as far as a session, and was found out there.
        #expect(said.contains("lost, protocol error:") && said.contains("refused 10."), "\(said.suffix(3000))")
        let trouble = "dmesg | grep -E 'BUG:|Oops:|WARNING:|Call [Tt]race:'; true"
        #expect(try await lab("exec", "x86", trouble).text == "")
        // The real peer is back, and nothing is left of the other.
        try await lab("exec", "x86", "echo stress 1 4096 20 2 > /proc/popcorn_test")
    }

    @Test("a self test of a node that is not there fails with its errno")
    func noSuchPeer() async throws {
        let lab = try await SharedLab.shared()
        let result = try await lab("exec", "arm", "echo ping 9 64 10 > /proc/popcorn_test", exit: 1)
        #expect(result.errorText.contains("No such device or address"))
    }

    @Test("msg_socket can be unloaded and loaded again, on either node; the kernels find each other each time")
    func reload() async throws {
        try await SharedLab.shared().repairing(Self.reloadWhereMissing) { lab in
            for (node, peer, own) in [("arm", "x86", 1), ("x86", "arm", 0), ("arm", "x86", 1)] {
                try await lab("exec", node, "rmmod msg_socket")
                try await lab.await("down", of: own, on: peer)
                try await lab("exec", node, Self.load)
                try await lab.awaitPair()
            }
            try await lab("exec", "x86", "echo stress 1 4096 20 2 > /proc/popcorn_test")
            for node in ["x86", "arm"] {
                let trouble = "dmesg | grep -E 'BUG:|Oops:|WARNING:|Call [Tt]race:'; true"
                #expect(try await lab("exec", node, trouble).text == "")
            }
        }
    }

    /// As init does it, from the same configuration.
    static let load = """
        . /etc/popcorn/node
        set -- ip=$peers secret=$secret port=$port ${silent_ms:+silent_ms=$silent_ms} ${dead_ms:+dead_ms=$dead_ms}
        insmod /usr/lib/popcorn/msg_socket.ko "$@" ${auth:+auth=$auth}
        """

    /// Loads the message layer anew on both nodes, with further parameters, for the time of `body`.
    static func with(
        _ parameters: String, _ body: @escaping @Sendable (Lab) async throws -> Void
    ) async throws {
        try await SharedLab.shared().repairing({ lab in
            try await lab("net", "heal", "arm")
            try await reload(lab, "")
        }) { lab in
            try await reload(lab, parameters)
            try await body(lab)
        }
    }

    private static func reload(_ lab: Lab, _ parameters: String) async throws {
        try await lab("exec", "--all", "rmmod msg_socket")
        try await lab("exec", "--all", load + " " + parameters)
        try await lab.awaitPair()
    }

    /// Silence after which a peer counts as gone, for tests of what comes then.
    static let impatient = "silent_ms=500 dead_ms=2000"

    static func reloadWhereMissing(_ lab: Lab) async throws {
        try await lab("exec", "--all", "grep -q msg_socket /proc/modules || { \(load); }")
        try await lab.awaitPair()
    }

    @Test("msg_socket refuses wrong addresses with EINVAL and a line that says why")
    func badParameters() async throws {
        try await SharedLab.shared().repairing(Self.reloadWhereMissing) { lab in
            try await lab("exec", "arm", "rmmod msg_socket")
            for (addresses, reason) in [
                ("10.4.4.100,10.4.4.100", "have the same address"), ("10.9.9.1,10.9.9.2", "this machine"),
                ("nonsense", "nonsense"), ("", "ip="),
            ] {
                let insmod = "insmod /usr/lib/popcorn/msg_socket.ko ip=\(addresses)"
                let refused = try await lab("exec", "arm", "\(insmod) || { dmesg | tail -1; exit 7; }", exit: 7)
                #expect(refused.errorText.contains("Invalid argument"))
                #expect(refused.text.contains("popcorn: ") && refused.text.contains(reason), "\(refused)")
            }
        }
    }
}
