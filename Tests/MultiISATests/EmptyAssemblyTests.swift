import Testing

@Suite struct EmptyAssemblyTests {
    @Test("assembly with nothing but white space and comments is none, on either ISA", arguments: ["-O0", "-O2"])
    func empty(level: String) async throws {
        let bench = try Workbench()
        let expected = try await bench.run(bench.buildPlain("empty_assembly")).output
        let program = try await bench.build("empty_assembly", [level])
        #expect(try await bench.run(program).output == expected && expected.contains("1.5 2.5 3 4"))
        #expect(try await bench.run("qemu-aarch64", [program + "_aarch64"]).output == expected)
        #expect(try await bench.run(program, hops: "cover=1").outcome.output == expected)
    }
}
