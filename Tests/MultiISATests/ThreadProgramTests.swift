import Testing

/// The shipped programs with several threads, which stay on one node here: what they compute.
@Suite struct ThreadProgramTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test(
        "threads that ask for hops all the time compute what the plain build does",
        arguments: [[], ["--threads", "6", "--seed", "5", "--hops", "150", "--every", "2"]])
    func torture(arguments: [String]) async throws {
        let expected = try await bench.run(bench.buildPlain("torture-threads"), arguments)
        #expect(expected.output.contains("total "))
        let outcome = try await bench.run(bench.build("torture-threads"), arguments)
        #expect(outcome.output == expected.output, "\(outcome.messages)")
        #expect(outcome.status == 0)
        let aarch64 = try await bench.run("qemu-aarch64", [bench.path("torture-threads_aarch64")] + arguments)
        #expect(aarch64.output == expected.output, "\(aarch64.messages)")
    }

    @Test("no outcome that the memory model forbids is seen on one node")
    func memoryModel() async throws {
        let program = try await bench.build("memory-model")
        for outcome in [
            try await bench.run(program, ["--iterations", "2000"]),
            try await bench.run("qemu-aarch64", [program + "_aarch64", "--iterations", "200"]),
        ] {
            #expect(outcome.output.hasSuffix("total: 0 forbidden\n"))
            #expect(outcome.status == 0)
            #expect(outcome.output.split(separator: "\n").count == 12)
        }
    }
}
