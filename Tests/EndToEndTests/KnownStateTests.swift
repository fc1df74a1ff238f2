import GuestContract
import Lab
import Support
import Testing

/// What a program left, what the kernels counted and said since, and waiting until all of it is gone.
extension EndToEnd.KnownState {
    @Test("a lab at rest says so, its counters begin anew, and a mark stands in every kernel's log")
    func rest() async throws {
        let lab = try await SharedLab.shared()
        let access = try lab.labAccess()
        #expect(StateDifference(await access.awaitRest(limit: .seconds(20))).sentences == [])
        try await lab("exec", "x86", "echo ping 1 64 20 1 > /proc/popcorn_test")

        let begun = await access.begin(mark: "a mark of the test, 100 % \\n")
        #expect(begun.unreachable.isEmpty && Set(begun.nodes.keys) == ["x86", "arm"])
        for node in begun.nodes.values {
            #expect(node.counters?.types["TEST_ECHO"] == nil)
            #expect(node.uptimeSeconds > 0 && node.freeKiB > 0 && node.availableKiB >= node.freeKiB / 2)
            #expect(node.taint.intersection(.trouble).isEmpty)
        }
        #expect(Set(begun.nodes.values.map(\.bootID)).count == 2)
        for node in ["x86", "arm"] {
            let marked = try await lab("exec", node, "dmesg | grep -c 'a mark of the test, 100 %'")
            #expect(Int(marked.text.split(separator: "\n").first ?? "") ?? 0 > 0)
        }

        try await lab("exec", "x86", "echo ping 1 64 20 1 > /proc/popcorn_test")
        let after = await access.states()
        let sent = try #require(after.nodes["x86"]?.counters?.types["TEST_ECHO"])
        #expect(sent.sent >= 20 && sent.sentBytes >= 20 * 64)
        #expect((after.nodes["arm"]?.counters?.values["received"] ?? 0) >= 20)
        let difference = StateDifference(after, since: begun)
        #expect(difference.isAtRest && difference.isSound && difference.sentences.isEmpty)
    }

    @Test("what a program has left is named, and when it has gone the guests say so themselves")
    func leftovers() async throws {
        let lab = try await SharedLab.shared()
        let access = try lab.labAccess()
        try await lab.withWanderersAway(2) { lab, pid in
            let left = StateDifference(await access.awaitRest(limit: .milliseconds(100)))
            #expect(!left.isAtRest && left.isSound)
            let nodes = Dictionary(uniqueKeysWithValues: left.nodes.map { ($0.name, $0) })
            let origin = try #require(nodes["x86"]), other = try #require(nodes["arm"])
            #expect(origin.leftovers == [.init(program: "wander", pid: pid, isWorker: false)])
            #expect(other.leftovers.map(\.isWorker) == [true] && other.leftovers.map(\.program) == ["wander"])
            #expect(origin.spaces == 1 && other.spaces == 1 && other.pages > 0)
            #expect(left.sentences.contains("x86: process wander \(pid) is left"))

            // Somebody waits while it ends, over connections of his own.
            try await access.withRecorders { recorders in
                async let rest = access.awaitRest(of: recorders, limit: .seconds(30))
                try await lab("exec", "x86", "kill -9 \(pid)")
                let difference = StateDifference(await rest)
                #expect(difference.sentences == [])
            }
        }
    }

    @Test("the same binary runs unmigrated with --stay, and moves by chance with --migrate-random")
    func schedules() async throws {
        let lab = try await SharedLab.shared()
        let root = String(#filePath.dropLast("Tests/EndToEndTests/KnownStateTests.swift".count))
        let output = lab.workplace.file("stays")
        try await lab(
            "build", root + "Tests/MultiISATests/Programs/siblings.c", "-o", output, limit: .seconds(120))
        let moved = try await lab("run", output, "--no-collect", exit: 3)
        #expect(moved.lines == ["starts on 0", "is on 1", "ends on 0"])
        let stayed = try await lab("run", output, "--no-collect", "--stay", exit: 3)
        #expect(stayed.lines == ["starts on 0", "is on 0", "ends on 0"] && stayed.errorText.isEmpty)
        try await lab("run", output, "--no-collect", "--env", "POPCORN_STAY=maybe", exit: 70)

        let wander = try await Compiled.wander(lab)
        let random = try await lab(
            "run", wander, "--no-collect", "--migrate-every", "20ms", "--migrate-random", "7", "--verbose", "--",
            "until",
            "4", limit: .seconds(120))
        #expect(random.lines == ["4 hops, ends on node 0"])
        #expect(random.errorText.contains("moves of 1 threads, 0 refused"))
        try await lab("run", wander, "--migrate-random", "7", exit: 64)
        try await lab("run", wander, "--migrate-every", "20ms", "--migrate-random", "-7", exit: 64)
    }
}
