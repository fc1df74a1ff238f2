import FoundationEssentials
import Support
import Testing

/// `make test-long`.
enum LongTests {
    static let areWanted = ProcessInfo.processInfo.environment["POPCORN_LAB_TEST_LONG"] != nil
}

extension EndToEnd.Long {
    @Test("a hundred thousand hops, with ten seeds", arguments: 1...10)
    func torture(seed: Int) async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare(
            "torture", "--hops 10100 --seed \(seed)", on: seed.isMultiple(of: 2) ? "x86" : "arm", limit: .seconds(600))
        #expect(report.made >= 10_000 && report.places >= 100, "\(report)")
    }

    @Test("threads on different nodes, with ten seeds", arguments: 1...10)
    func threads(seed: Int) async throws {
        let lab = CompiledLab(try await SharedLab.shared())
        let report = try await lab.compare(
            "torture-threads", "--hops 600 --every 3 --seed \(seed)", on: seed.isMultiple(of: 2) ? "arm" : "x86",
            limit: .seconds(600))
        #expect(report.made > 2000, "\(report)")
    }

    @Test("the memory model at length", arguments: ["x86", "arm"])
    func memoryModel(origin: String) async throws {
        try await CompiledLab(try await SharedLab.shared()).checkMemoryModel(
            iterations: 5000, on: origin, limit: .seconds(1800))
    }

    /// Silence is not death: guests whose CPUs stand still for up to ten seconds, again and again, lose nothing.
    @Test("guests that stand still now and then for ten minutes lose no process")
    func starved() async throws {
        let lab = try await SharedLab.shared()
        let status = try await lab.status()
        let guests = try ["x86", "arm"].map { try #require(try status.node($0).qemuPID) }
        try await lab("exec", "--all", "echo >/proc/popcorn_stat")
        let starver = Task {
            while !Task.isCancelled {
                let victim = guests.randomElement() ?? guests[0]
                kill(victim, SIGSTOP)
                try? await Task.sleep(for: .milliseconds(Int.random(in: 100...10_000)))
                kill(victim, SIGCONT)
                try? await Task.sleep(for: .milliseconds(Int.random(in: 100...5_000)))
            }
            for guest in guests { kill(guest, SIGCONT) }
        }
        let compiled = CompiledLab(lab)
        let end = ContinuousClock.now + .seconds(600)
        var seed = 1
        repeat {
            let report = try await compiled.compare(
                "torture-threads", "--threads 4 --hops 40 --every 3 --seed \(seed)",
                on: seed.isMultiple(of: 2) ? "arm" : "x86",
                limit: .seconds(1800))
            #expect(report.made > 50, "\(report)")
            seed += 1
        } while .now < end
        starver.cancel()
        await starver.value
        for node in ["x86", "arm"] {
            let losses = try await lab("exec", node, "grep losses /proc/popcorn_stat").text
            #expect(losses == "losses 0\n", "\(node)")
        }
    }
}
