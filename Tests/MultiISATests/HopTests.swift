import Testing

/// The torture program: what it prints must not depend on where and how often it hops.
@Suite struct HopTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test(
        "each migration point of the torture program is crossed, with the results of clang -O2",
        arguments: [[], ["-O0"], ["-g", "-fmigration-checks=all"], ["-DEXPLICIT", "-fmigration-checks=none"]])
    func everyPoint(options: [String]) async throws {
        let expected = try await bench.run(bench.buildPlain("torture"))
        let program = try await bench.build("torture", options)
        let stays = try await bench.run(program)
        #expect(stays.output == expected.output)
        #expect(stays.status == 7)
        let isExplicit = options.contains("-DEXPLICIT")
        let (outcome, hops) = try await bench.run(program, hops: isExplicit ? "max=300" : "cover=1")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 7)
        #expect(hops >= 100)
    }

    @Test("two thousand hops at many depths change nothing")
    func manyHops() async throws {
        let expected = try await bench.run(bench.buildPlain("torture"))
        let program = try await bench.build("torture")
        let (outcome, hops) = try await bench.run(program, hops: "every=3,max=2000")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(hops > 1500)
    }

    @Test("a request is noticed within a long loop without calls")
    func requestInLoop() async throws {
        let program = try await bench.build("request")
        let expected = try await bench.run(program, ["2000000"])
        let (outcome, hops) = try await bench.run(program, ["2000000"], hops: "every=1,max=50")
        #expect(outcome.output == expected.output)
        #expect(hops == 50)
    }

    @Test("with the policy none only the program's own calls move it")
    func policyNone() async throws {
        let program = try await bench.build("request", ["-fmigration-checks=none"])
        let (_, hops) = try await bench.run(program, ["2000000"], hops: "every=1")
        #expect(hops == 0)
    }
}
