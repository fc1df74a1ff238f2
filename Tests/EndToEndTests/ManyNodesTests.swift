import Support
import Testing

extension EndToEnd.ManyNodes {
    @Test("three kernels, two of one ISA, all talk to all, and threads migrate among them")
    func three() async throws {
        let lab = Lab(name: "three", workplace: try Workplace.shared.get())
        // What their consoles show, and where that goes, is no condition for being ready.
        let file = lab.workplace.file("three.yaml")
        try AtomicFile.write(
            """
            nodes:
              - {name: x86, isa: x86, cmdline: quiet loglevel=0}
              - {name: arm, isa: arm, cmdline: loglevel=4 console=tty0}
              - {name: x86-2, isa: x86, cmdline: ignore_loglevel loglevel=8}

            """, to: file)
        try await lab("up", "-f", file, limit: .seconds(180))
        try await check(lab, ["x86", "arm", "x86-2"])
        for origin in ["x86", "arm"] { try await MigrationPrograms.runSuite(lab, on: origin) }
        let compiled = CompiledLab(lab)
        try await compiled.checkTutorial(on: "arm")
        let hops = try await compiled.compare("torture", "--hops 500", on: "arm", limit: .seconds(120))
        let threadHops = try await compiled.compare(
            "torture-threads", "--hops 40", on: "x86-2", limit: .seconds(120))
        #expect(hops.made > 450 && threadHops.made > 100)
        // Six virtual processors that spin, on however few the host has: every page waits for its holder's turn.
        try await compiled.checkMemoryModel(iterations: 5, on: "x86")
        try await end(lab)
    }

    @Test("four kernels of both ISAs with little memory, from a file, all talk to all")
    func four() async throws {
        let lab = Lab(name: "four", workplace: try Workplace.shared.get())
        let root = String(#filePath.dropLast("Tests/EndToEndTests/ManyNodesTests.swift".count))
        try await lab("up", "-f", root + "Configs/four-mixed.yaml", limit: .seconds(240))
        try await check(lab, ["alpha", "beta", "gamma", "delta"])
        try await end(lab)
    }

    private func check(_ lab: Lab, _ names: [String]) async throws {
        let status = try await lab.status()
        #expect(status.nodes.map(\.name) == names)
        for node in status.nodes {
            #expect(Set(node.peers.keys) == Set(names).subtracting([node.name]))
            #expect(node.peers.values.allSatisfy { $0 == "up" })
        }
        let uname = try await lab("exec", "--all", "uname -n")
        #expect(uname.lines.sorted() == names.map { "\($0): \($0)" }.sorted())
        for node in names {
            let result = try await lab(
                "exec", node, "echo stress all 20000 10 2 > /proc/popcorn_test; s=$?; cat /proc/popcorn_test; exit $s")
            #expect(result.lines.contains("mismatches=0") && result.lines.contains("status=ok"))
            #expect(result.lines.contains("completed=\(10 * 2 * (names.count - 1))"))
        }
    }

    private func end(_ lab: Lab) async throws {
        try await lab("down")
        try await lab("status", exit: 64)
    }
}
