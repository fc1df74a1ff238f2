import Support
import Testing

/// `ps`, `migrate`, and the hops that `run` drives, with a program that moves only when it is asked to.
extension EndToEnd.Migration {
    private struct Processes: Decodable {
        struct Process: Decodable {
            struct Thread: Decodable {
                var tid: Int32
                var node: String
                var tidThere: Int32?
                var hasArrived: Bool
                var hops: Int
                var secondsSinceMove: Double?
            }
            var program: String
            var pid: Int32
            var origin: String
            var pages: [String: Int]
            var threads: [Thread]
        }
        var processes: [Process]
        var unreachable: [String: String]
    }

    private struct Move: Decodable {
        var tid: Int32
        var result: String
        var node: String?
        var milliseconds: Double?
        var reason: String?
    }

    private struct Run: Decodable {
        struct Moves: Decodable { var isMigratable: Bool, threads: Int, asked: Int, moves: Int, refused: Int }
        var moves: Moves?
        var warnings: [String]
    }

    /// Brings the program to all nodes.
    private func prepare() async throws -> (lab: Lab, program: String) {
        let lab = try await SharedLab.shared()
        let program = try await Compiled.wander(lab)
        try await lab("deploy", program)
        return (lab, program)
    }

    /// Starts the program in the background of a guest, and ends it whatever becomes of `body`.
    private func running(
        _ lab: Lab, on node: String, _ words: String, _ body: (Int32) async throws -> Void
    ) async throws {
        let started = try await lab("exec", node, "cd /root; </dev/null >/dev/null 2>&1 \(words) & echo $!")
        let pid = try #require(started.lines.first.flatMap { Int32($0) })
        try await lab.repairing { lab in
            try await lab("exec", node, "kill -9 \(pid) 2>/dev/null; true")
        } after: { lab in
            try await lab("exec", node, "until grep -q '^P: \(pid) ' /proc/popcorn_ps; do usleep 20000; done")
            try await body(pid)
        }
    }

    @Test("migrate moves a thread there and back, and ps knows where it is", arguments: ["x86", "arm"])
    func thereAndBack(origin: String) async throws {
        let (lab, _) = try await prepare()
        let other = origin == "x86" ? "arm" : "x86"
        try await running(lab, on: origin, "./wander forever 1") { pid in
            let before = try #require(try await lab.json(Processes.self, "ps").processes.first { $0.pid == pid })
            #expect(before.program == "wander" && before.origin == origin && before.threads.map(\.node) == [origin])
            #expect(before.threads[0].hops == 0 && before.threads[0].secondsSinceMove == nil)

            let away = try await lab("migrate", "wander", "--to", other)
            #expect(away.text.hasPrefix("wander \(pid)/\(pid): moved from \(origin) to \(other) in "), "\(away)")
            let there = try #require(try await lab.json(Processes.self, "ps").processes.first { $0.pid == pid })
            let thread = there.threads[0]
            #expect(thread.node == other && thread.hasArrived && thread.hops == 1 && thread.secondsSinceMove != nil)
            #expect((there.pages[other] ?? 0) > 0)
            let host = try #require(thread.tidThere)
            #expect(try await lab("exec", other, "cat /proc/\(host)/comm").lines == ["wander"])
            #expect(try await lab("ps").lines.contains { $0.hasPrefix("wander ") && $0.contains(" ago ") })

            #expect(try await lab("migrate", "\(pid)", "--on", origin, "--to", other).text.contains("is on \(other)"))
            let back = try await lab.json([Move].self, "migrate", "\(pid)/\(pid)", "--on", origin, "--to", origin)
            #expect(back.map(\.result) == ["moved"] && (back[0].milliseconds ?? 0) > 0)
        }
        #expect(try await lab.json(Processes.self, "ps").unreachable.isEmpty)
    }

    @Test("several threads are listed, or moved by --all")
    func several() async throws {
        let (lab, _) = try await prepare()
        try await running(lab, on: "x86", "./wander forever 3") { pid in
            let unclear = try await lab("migrate", "wander", "--to", "arm", exit: 64)
            #expect(unclear.errorText.contains("'wander' means 3 threads"))
            #expect(unclear.errorText.contains("wander \(pid)/\(pid), origin x86, now on x86"))
            let moves = try await lab.json([Move].self, "migrate", "wander", "--to", "arm", "--all")
            #expect(moves.map(\.result) == ["moved", "moved", "moved"])
            let process = try #require(try await lab.json(Processes.self, "ps").processes.first { $0.pid == pid })
            #expect(process.threads.map(\.node) == ["arm", "arm", "arm"])
        }
        #expect(try await lab("migrate", "wandr", "--to", "arm", exit: 64).errorText.contains("no migratable process"))
        #expect(try await lab("migrate", "1/x", "--to", "arm", exit: 64).errorText.contains("PID/TID"))
    }

    @Test("migrate says why a thread has not moved: refused, at no migration point, ended")
    func unmoved() async throws {
        let (lab, program) = try await prepare()
        try await lab("exec", "arm", "rm /root/wander")
        try await running(lab, on: "x86", "./wander forever 1") { pid in
            let refused = try await lab("migrate", "\(pid)", "--to", "arm", exit: 1)
            #expect(refused.text.contains("stays on x86; arm refused: the program's file"), "\(refused)")
            try await lab("deploy", program)
            #expect(try await lab("migrate", "\(pid)", "--to", "arm").text.contains("moved from x86 to arm"))
        }
        // Its input ends when the last writer of the FIFO is killed.
        try await lab("exec", "x86", "mkfifo /tmp/wander; >/tmp/wander 2>/dev/null </dev/null sleep 600 &")
        try await running(lab, on: "x86", "./wander stuck </tmp/wander") { pid in
            let late = try await lab("migrate", "\(pid)", "--to", "arm", "--timeout", "1s", exit: 124)
            #expect(late.text.contains("still on x86 after 1.00 s"), "\(late)")
            async let ended = lab("migrate", "\(pid)", "--to", "arm", "--timeout", "50s", exit: 1)
            try await lab("exec", "x86", "until pidof popcorn-migrate; do usleep 20000; done; killall sleep")
            #expect(try await ended.text.contains("has ended"))
        }
        try await lab("exec", "x86", "killall sleep 2>/dev/null; rm -f /tmp/wander")
    }

    @Test("run --bounce moves a program so often, and the run's manifest counts the moves")
    func bounce() async throws {
        let (lab, program) = try await prepare()
        let result = try await lab("run", program, "--bounce", "6", "--", "until", "6", limit: .seconds(120))
        #expect(result.lines == ["6 hops, ends on node 0"])
        let moves = try #require(try await lab.json([Run].self, "runs").last?.moves)
        // The program may end before its last arrival is noticed.
        #expect(moves.isMigratable && moves.threads == 1 && (5...6).contains(moves.moves) && moves.refused == 0)
    }

    /// As soon as it has arrived, it is asked again: such a request must not be lost, nor be heard twice.
    @Test("a request that comes with the arrival is heard, once", arguments: ["x86", "arm"])
    func requestOnArrival(origin: String) async throws {
        let (lab, program) = try await prepare()
        let count = 60
        let result = try await lab(
            "run", program, "--on", origin, "--bounce", "\(count)", "--", "until", "\(count)", limit: .seconds(200))
        #expect(result.lines.first?.hasPrefix("\(count) hops") == true, "\(result)")
        let moves = try #require(try await lab.json([Run].self, "runs").last?.moves)
        #expect(moves.refused == 0 && (count - 1...count).contains(moves.moves))
        // Had a thread heard one twice, the program would have ended before it was asked so often. A few are repeated by
        // the driver if the host lets a guest stand still; it repeats every third if they are lost.
        #expect((count..<count + count / 4).contains(moves.asked), "\(moves)")
    }

    @Test("kill -35 at the origin reaches a thread that is away and makes no system calls", arguments: ["x86", "arm"])
    func plainSignal(origin: String) async throws {
        let (lab, _) = try await prepare()
        let other = origin == "x86" ? "arm" : "x86"
        try await running(lab, on: origin, "./wander forever 1") { pid in
            try await lab("migrate", "\(pid)", "--on", origin, "--to", other)
            try await lab("exec", origin, "kill -35 \(pid); timeout 60 popcorn-migrate hops 2")
            let process = try #require(try await lab.json(Processes.self, "ps").processes.first { $0.pid == pid })
            #expect(process.threads.map(\.node) == [origin] && process.threads[0].hops == 2)
        }
    }

    @Test("run --migrate-every moves it again and again; --verbose tells how often")
    func every() async throws {
        let (lab, program) = try await prepare()
        let result = try await lab(
            "run", program, "--on", "arm", "--migrate-every", "50ms", "--verbose", "--", "until", "3",
            limit: .seconds(120))
        #expect(result.lines == ["3 hops, ends on node 0"])
        #expect(result.errorText.contains("moves of 1 threads, 0 refused"))
    }

    @Test("a program that cannot move runs all the same, with a warning")
    func immovable() async throws {
        let (lab, _) = try await prepare()
        let probe = try await Probe.shared.program(lab)
        let result = try await lab("run", probe, "--bounce", "2", "--", "report", exit: 42)
        #expect(result.errorText.contains("never migratable"))
    }

    @Test("run --migrate-at moves it at a function's migration check; an unknown one is refused before anything runs")
    func migrateAt() async throws {
        let (lab, program) = try await prepare()
        let result = try await lab("run", program, "--migrate-at", "step:5", "--", "until", "1", limit: .seconds(120))
        #expect(result.lines == ["1 hops, ends on node 1"])
        let unknown = try await lab("run", program, "--migrate-at", "stp", exit: 64)
        #expect(unknown.errorText.contains("did you mean 'step'?"))
        try await lab("run", program, "--migrate-at", "step:0", exit: 64)
        try await lab("run", program, "--bounce", "0", exit: 64)
    }
}
