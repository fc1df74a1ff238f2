import FoundationEssentials
import Lab
import Support
import Testing

extension EndToEnd.Faults {
    @Test("a killed guest is absent, its peer notices within seconds, and up starts it alone")
    func nodeLoss() async throws {
        let lab = try await SharedLab.shared()
        let before = try await lab.status()
        let victim = try #require(before.node("arm").qemuPID)
        let killed = Date().timeIntervalSince1970 * 1e6
        kill(victim, SIGKILL)
        try await lab.await("down", of: 1, on: "x86")

        struct Line: Decodable {
            var host_us: Double?
            var host_error_us: Double?
            var text: String
        }
        let lines = try await lab("logs", "--format", "json", "x86").lines.map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let lost = try #require(lines.last { $0.text.contains("popcorn") && $0.text.contains("1 lost") })
        let noticed = try #require(lost.host_us) - killed
        // The command that waits tells it as soon as it has begun; most of this is for a host with other work.
        #expect(noticed > 0 && noticed < 4e6, "noticed after \(noticed) µs")

        let during = try await lab.status()
        #expect(try during.node("arm").state == "absent")
        #expect(try during.node("x86").peers["arm"] == "down")
        let refused = try await lab("exec", "arm", "true", exit: 1)
        #expect(refused.errorText.contains("arm"))

        let up = try await lab("up", "x86,arm", limit: .seconds(120))
        #expect(up.errorText.contains("is complete again: started arm"))
        let after = try await lab.status()
        #expect(try after.node("x86").qemuPID == before.node("x86").qemuPID)
        #expect(try after.node("arm").qemuPID != victim)
        #expect(after.nodes.allSatisfy { $0.peers.values.allSatisfy { $0 == "up" } })
        try await lab("exec", "x86", "echo stress 1 4096 20 2 > /proc/popcorn_test")
        try await lab("deploy", try await Probe.shared.program(lab))
    }

    @Test("a guest that panics is told apart from one that is cut off, and its last words are in the logs")
    func panic() async throws {
        let lab = try await SharedLab.shared()
        // The command never answers; only the connection's end tells.
        let ending = try await lab(
            "exec", "arm", "echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger", exit: 1)
        #expect(ending.errorText.contains("arm"))
        try await lab.await("down", of: 1, on: "x86")
        #expect(try await lab("logs", "--serial", "arm").text.contains("sysrq triggered crash"))
        #expect(try await lab.status().node("arm").state != "running")
        let up = try await lab("up", "x86,arm", limit: .seconds(120))
        #expect(up.errorText.contains("started arm"))
        try await lab("deploy", try await Probe.shared.program(lab))
    }

    @Test("killing, freezing and crashing a guest on purpose shows at once from outside, and up mends it")
    func onPurpose() async throws {
        let lab = try await SharedLab.shared()
        let watch = GuestWatch(access: try lab.labAccess())
        var events = try watch.events().makeAsyncIterator()
        try await lab("exec", "x86", "echo '<1>DEBUG: no trouble' >/dev/kmsg; echo '<1>BUG: of a test' >/dev/kmsg")
        let bug = await events.next()
        #expect(bug?.node == "x86" && bug?.line == "BUG: of a test")
        guard case .trouble(let trouble) = bug?.kind else { return #expect(Bool(false), "\(bug as Any)") }
        #expect(trouble.severity == .oops)
        // Other tests look for complaints of their own.
        try await lab("exec", "x86", "dmesg -c >/dev/null")

        try await lab("fault", "arm", "panic")
        let panic = await events.next()
        #expect(panic?.node == "arm" && panic?.line.contains("sysrq triggered crash") == true, "\(panic as Any)")
        #expect(await events.next() == .init(node: "arm", kind: .ended))
        try await lab.await("down", of: 1, on: "x86")
        try await lab("fault", "arm", "panic", exit: 1)
        try await lab("up", "x86,arm", limit: .seconds(120))

        // The boot before has ended; the watch knows of no other.
        var again = try GuestWatch(access: try lab.labAccess()).events().makeAsyncIterator()
        try await lab("fault", "arm", "kill")
        #expect(await again.next() == .init(node: "arm", kind: .ended))
        #expect(try await lab("fault", "arm", "kill", exit: 1).errorText.contains("arm does not run"))
        try await lab("fault", "arm", "smash", exit: 64)
        try await lab("fault", "mars", "kill", exit: 64)
        try await lab("up", "x86,arm", limit: .seconds(120))
        try await lab("deploy", try await Probe.shared.program(lab))
        try await lab.awaitPair()
    }

    @Test("a worker, or a process at its origin, is killed by the program's name", arguments: [true, false])
    func killedProcess(isWorker: Bool) async throws {
        let lab = try await SharedLab.shared()
        let access = try lab.labAccess()
        try await lab.withWanderersAway(1) { lab, pid in
            let faults = Faults(access: access)
            let killed = try await faults.killProcess("wander", isWorker ? .worker(try access.node("arm")) : .origin)
            #expect(killed.map(\.node) == [isWorker ? "arm" : "x86"])
            if !isWorker { #expect(killed.map(\.pid) == [pid]) }
            #expect(StateDifference(await access.awaitRest(limit: .seconds(30))).sentences == [])
            await #expect(throws: LabError.self) { try await faults.killProcess("wander", .origin) }
        }
    }

    @Test("while another process holds a lab, commands that change it end at once with exit code 75")
    func locked() async throws {
        let lab = try await SharedLab.shared()
        let script = """
            exec 9>>"$1"; flock -n 9 || exit 9
            "$0" up x86,arm 9>&-; echo "up $?"
            "$0" down 9>&-; echo "down $?"
            "$0" exec arm true 9>&-; echo "exec $?"
            """
        let ending = try await lab.host(
            "bash", "-c", script, lab.workplace.popcornLab.executable,
            lab.workplace.directories.runtime + "/pair.lock")
        // A `down` that got through must not be a failure of the tests that follow, too.
        if ending.text.contains("down 0") { await SharedLab.shared.isDown() }
        #expect(ending.lines == ["up 75", "down 75", "exec 0"])
        #expect(ending.errorText.contains("pair"))
    }
}
