import FoundationEssentials
import Support
import TestSupport
import Testing

/// What goes wrong while a thread is away. Each test says how it ends; `expectNothingLeft` says what must be left.
extension EndToEnd.MigrationFaults {
    @Test("a worker that is killed while it hosts a thread takes the process at the origin along, by the same signal")
    func killedWorker() async throws {
        let lab = try await Self.lab()
        try await Self.spin(lab, ending: 137) { try await $0("exec", "arm", Self.killing("W")) }
        #expect(try await Self.says(lab, "x86", "killed by signal 9 on node 1 (aarch64)"))
        try await lab.expectNothingLeft()
    }

    @Test("kill -9 at the origin ends the process's worker elsewhere")
    func killedOrigin() async throws {
        let lab = try await Self.lab()
        try await Self.spin(lab, ending: 137) { try await $0("exec", "x86", Self.killing("P")) }
        try await lab.expectNothingLeft()
    }

    /// What happens while a worker starts, and how the program at the origin ends.
    enum Disturbance: CaseIterable {
        case workerKilled, originKilled, linkCut

        var status: Int32 {
            switch self {
            case .workerKilled, .linkCut: 2
            case .originKilled: 137
            }
        }

        /// What the program says, if it can.
        var message: String? {
            switch self {
            case .workerKilled: "no move to node 1: the program did not start there"
            case .originKilled: nil
            case .linkCut: "no move to node 1: the node is not connected"
            }
        }
    }

    @Test("a thread whose worker does not come to be goes on where it was", arguments: Disturbance.allCases)
    func disturbedStart(disturbance: Disturbance) async throws {
        let lab = try await Self.lab()
        // A launcher that says that it runs and then waits.
        let delayed = """
            mkfifo /tmp/started /tmp/gate
            printf '#!/bin/sh\\necho $$ >/tmp/started\\nread x </tmp/gate\\nexec /usr/lib/popcorn/launch\\n' >/tmp/launch
            chmod 755 /tmp/launch
            echo -n /tmp/launch >\(Self.parameters)/launcher
            """
        try await lab("exec", "arm", delayed)
        try await lab.repairing({ lab in
            let undo = "rm /tmp/started /tmp/gate; echo -n /usr/lib/popcorn/launch >\(Self.parameters)/launcher"
            try await lab("exec", "arm", undo)
        }) { lab in
            try await EndToEnd.MessageLayer.with(EndToEnd.MessageLayer.impatient) { try await disturb($0, disturbance) }
        }
        try await lab.expectNothingLeft()
        try await lab("exec", "x86", Self.shell("hop print 2"))
    }

    private func disturb(_ lab: Lab, _ disturbance: Disturbance) async throws {
        async let ended = lab(
            "exec", "x86", Self.shell("hop print 2"), exit: disturbance.status, limit: .seconds(30))
        let pid = try await lab("exec", "arm", "cat /tmp/started").text
        switch disturbance {
        case .workerKilled: try await lab("exec", "arm", "kill -9 \(pid)")
        case .originKilled: try await lab("exec", "x86", Self.killing("P"))
        case .linkCut: try await lab("net", "cut", "arm")
        }
        let said = try await ended.errorText
        if let message = disturbance.message { #expect(said.contains(message)) }
    }

    @Test("a program that the target cannot run is refused before anything starts, and the thread goes on at home")
    func refused() async throws {
        let lab = try await Self.lab()
        let directory = "rm -rf /tmp/refused; mkdir /tmp/refused; cd /tmp/refused"
        try await lab("exec", "x86", "\(directory); cp ../migrate/hop_x86-64 hop")
        for (preparation, message) in [
            ("true", "not found there"),
            ("cp ../migrate/hop_aarch64 hop; chmod 644 hop", "may not be executed there"),
            ("mkdir hop", "may not be executed there"),
            ("cp ../migrate/hop_aarch64 hop; chmod 4755 hop", "is setuid or setgid there"),
            ("cp ../migrate/edges_aarch64 hop", "is another build of the program there"),
            ("cp ../migrate/hop_x86-64 hop", "is no complete program for that node"),
            ("printf '#!/bin/sh\\n' >hop; chmod 755 hop", "is no complete program for that node"),
        ] {
            try await lab("exec", "arm", "\(directory); \(preparation)")
            let ended = try await lab("exec", "x86", "/tmp/refused/hop print 2", exit: 2, limit: .seconds(20))
            let said = "popcorn: no move to node 1: /tmp/refused/hop \(message)\n"
            #expect(ended.errorText == said, "after '\(preparation)'")
        }
        #expect(try await Self.says(lab, "x86", "node 1 (aarch64) does not start its worker"))
        try await lab.expectNothingLeft()
    }

    @Test("memory beyond max_mb of the node where the thread is ends the process with SIGBUS")
    func remoteLimit() async throws {
        let lab = try await Self.lab()
        let limit = try await lab("exec", "arm", "cat \(Self.parameters)/max_mb").text
        try await lab("exec", "arm", "echo 16 >\(Self.parameters)/max_mb")
        try await lab.repairing({ try await $0("exec", "arm", "echo \(limit) >\(Self.parameters)/max_mb") }) { lab in
            try await lab("exec", "x86", Self.shell("hop data 24"), exit: 135, limit: .seconds(60))
        }
        #expect(try await Self.says(lab, "x86", "killed by signal 7 on node 1 (aarch64)"))
        try await lab.expectNothingLeft()
    }

    @Test("a link cut for longer than dead_ms loses the threads beyond it; once it is healed, threads go again")
    func cut() async throws {
        let lab = try await Self.lab()
        try await EndToEnd.MessageLayer.with(EndToEnd.MessageLayer.impatient) { lab in
            let ended = try await Self.spin(lab, ending: 69) { try await $0("net", "cut", "arm") }
            #expect(ended.errorText.contains("node 1 was lost"))
            #expect(try await Self.says(lab, "x86", "is lost with node 1 (aarch64)"))
            try await lab.expectNothingLeft()
        }
        try await lab("exec", "x86", Self.shell("hop print 2"))
    }

    @Test("a link that is cut for less than dead_ms delays what needs it, and nothing else")
    func shortCut() async throws {
        let lab = try await Self.lab()
        try await lab.repairing({ lab in
            try await lab("net", "heal", "arm")
            try await lab.awaitPair()
        }) { lab in
            let sessions = "awk '{ print $(NF - 3), $(NF - 2) }' /proc/popcorn_peers"
            let before = try await lab("exec", "x86", sessions).text
            let ended = try await Self.spin(lab, ending: 0) { lab in
                try await lab("net", "cut", "arm")
                try await lab.await("silent", of: 1, on: "x86")
                let asked = try await lab("ps")
                #expect(asked.errorText.contains("arm has been silent for "), "\(asked)")
                let status = try await lab("status")
                #expect(status.text.contains("arm silent for "), "\(status)")
                let move = "awk '$1 == \"P:\" { print $2, $2, 0 }' /proc/popcorn_ps >/proc/popcorn_migrate"
                try await lab("exec", "x86", move)
                #expect(try await lab("exec", "x86", "grep -c '^L:.* 1 process' /proc/popcorn_ps").text == "1\n")
                try await lab("net", "heal", "arm")
            }
            #expect(ended.lines.last == "back on x86_64")
            // `exec`, too, says for whom it waits.
            let said = ended.errorText
            #expect(
                said.contains("arm has been silent for ") && said.contains("1 thread there waits for it"), "\(said)")
            #expect(said.contains("arm is heard again"), "\(said)")
            // Epoch and boot id: the session is the same.
            #expect(try await lab("exec", "x86", sessions).text == before)
        }
        try await lab.expectNothingLeft()
    }

    @Test("a node that is gone takes its threads and its processes along; the other node keeps nothing of either")
    func lostNode() async throws {
        let lab = try await Self.lab()
        let victim = try #require(try await lab.status().node("arm").qemuPID)
        try await lab.repairing({ try await $0("up", "x86,arm", limit: .seconds(120)) }) { lab in
            let ended = try await Self.spin(lab, ending: 69) { lab in
                // The other way round, too: its end is the end of the session that started it.
                try await Self.spin(lab, on: "arm", ending: 1) { _ in _ = kill(victim, SIGKILL) }
            }
            #expect(ended.errorText.contains("node 1 was lost"))
            #expect(try await Self.says(lab, "x86", "is lost with node 1 (aarch64)"))
            try await lab.expectNothingLeft(on: "x86")
        }
        try await lab("deploy", try await Probe.shared.program(lab))
        try await MigrationPrograms.deploy(lab)
        try await lab("exec", "x86", Self.shell("hop print 2"))
        try await lab.expectNothingLeft()
    }

    @Test("a process that is at home lives on while the message layer is unloaded, and moves once it is loaded again")
    func unloadedBeneath() async throws {
        let lab = try await Self.lab()
        try await lab.repairing(EndToEnd.MessageLayer.reloadWhereMissing) { lab in
            let ended = try await lab("exec", "x86", Self.shell("edges unload"), limit: .seconds(60)) { line, _ in
                let command = ["unload": "rmmod msg_socket", "load": EndToEnd.MessageLayer.load][line]
                guard let command else { return }
                do { try await lab("exec", "x86", command) } catch { Issue.record(error) }
            }
            #expect(ended.lines == ["unload", "load", "0 wrong"])
        }
        try await lab.expectNothingLeft()
    }

    // MARK: - Tools

    private static let parameters = "/sys/module/popcorn/parameters"

    private static func lab() async throws -> Lab {
        let lab = try await SharedLab.shared()
        try await MigrationPrograms.deploy(lab)
        return lab
    }

    /// A command line of a guest that ends with the program's status as a shell sees it, 128 + signal included.
    private static func shell(_ command: String) -> String { "\(MigrationPrograms.directory)/\(command); exit $?" }

    /// Kills the process in the only line of `/proc/popcorn_ps` of a kind.
    private static func killing(_ kind: String) -> String {
        "kill -9 $(awk '$1 == \"\(kind):\" { print $2 }' /proc/popcorn_ps)"
    }

    /// Starts a program whose thread goes to the other node, and does something once it is there.
    @discardableResult
    private static func spin(
        _ lab: Lab, on origin: String = "x86", ending status: Int32,
        _ disturb: @escaping @Sendable (Lab) async throws -> Void
    ) async throws -> Ending {
        try await lab("exec", origin, shell("hop spin"), exit: status, limit: .seconds(60)) { line, _ in
            guard line.hasPrefix("spinning on") else { return }
            do { try await disturb(lab) } catch { Issue.record(error) }
        }
    }

    private static func says(_ lab: Lab, _ node: String, _ text: String) async throws -> Bool {
        try await lab("exec", node, "dmesg | tail -20").text.contains(text)
    }
}
