import Testing

/// Pointers that libc gave mean the same on every node.
@Suite struct KeptPointersTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("what libc gave is still right after hops", arguments: ["kept", "locales", "zones"])
    func kept(name: String) async throws {
        let expected = try await bench.run(bench.buildPlain(name))
        #expect(expected.status == 0)
        let program = try await bench.build(name, ["-w"])
        let (outcome, hops) = try await bench.run(program, hops: "")
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 0)
        #expect(hops > 10)
        let there = try await bench.run("qemu-aarch64", [program + "_aarch64"])
        #expect(there.output == expected.output, "\(there.messages)")
    }
}
