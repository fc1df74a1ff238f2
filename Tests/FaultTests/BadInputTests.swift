import FoundationEssentials
import Support
import TestSupport
import Testing

/// Mistakes of the user: each is told before anything is created.
@Suite("Bad input")
struct BadInputTests {
    let tool: LabTool

    init() throws { tool = try LabTool("input") }

    private func refused(_ arguments: [String], _ words: [String]) async throws {
        let result = try await tool.program(arguments, limit: .seconds(60))
        #expect(result.status == 64, "\(result)")
        for word in words { #expect(result.errorText.contains(word), "\(word) is not in \(result.errorText)") }
        #expect(tool.files(of: "default").isEmpty && tool.processes.isEmpty)
    }

    private func refused(yaml: String, _ words: [String]) async throws {
        let file = tool.home + "/\(UInt32.random(in: 0...UInt32.max)).yaml"
        try AtomicFile.write(yaml, to: file)
        defer { unlink(file) }
        try await refused(["up", "-f", file], words.map { $0.replacing("FILE", with: file) })
    }

    @Test("an unknown ISA is named, with those that exist")
    func isa() async throws { try await refused(["up", "x86,sparc"], ["sparc", "aarch64"]) }

    @Test("an unknown key is shown at its place, with the nearest valid one")
    func key() async throws {
        try await refused(yaml: "nodes:\n  - isa: x86\n    vcpu: 2\n", ["FILE:3:5", "vcpu", "vcpus"])
    }

    @Test("two nodes cannot have one name")
    func name() async throws {
        try await refused(yaml: "nodes:\n  - {isa: x86, name: a}\n  - {isa: arm, name: a}\n", ["FILE:3:", "'a'"])
    }

    @Test("two nodes cannot have one address")
    func address() async throws {
        try await refused(
            yaml: "nodes:\n  - {isa: x86, address: 10.4.4.7}\n  - {isa: arm, address: 10.4.4.7}\n",
            ["FILE:3:", "10.4.4.7"])
    }

    @Test("a guest cannot have less memory than it boots with")
    func memory() async throws {
        try await refused(yaml: "nodes:\n  - {isa: x86, memory: 64M}\n", ["FILE:2:", "64 MiB", "at least"])
    }

    @Test("kernel arguments must be printable")
    func commandLine() async throws {
        try await refused(yaml: "nodes:\n  - {isa: x86, cmdline: \"a\\nb\"}\n", ["FILE:2:", "kernel arguments"])
    }

    @Test("a lab file that does not exist is named")
    func file() async throws {
        let result = try await tool.run("up", "-f", "/nonexistent/lab.yaml")
        #expect(result.status != 0 && result.errorText.contains("/nonexistent/lab.yaml"), "\(result)")
    }

    @Test("commands on a lab that does not exist name those that do", arguments: ["down", "status", "exec", "logs"])
    func noLab(verb: String) async throws {
        let arguments = verb == "exec" ? [verb, "-l", "nowhere", "x86", "true"] : [verb, "-l", "nowhere"]
        try await refused(arguments, ["nowhere"])
    }
}
