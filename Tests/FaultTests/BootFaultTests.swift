import Lab
import Support
import TestSupport
import Testing
import Topology

/// Guests that never become ready: the error shows why, and nothing is left.
@Suite("Faults of a boot", .serialized)
struct BootFaultTests {
    let tool: LabTool

    init() throws { tool = try LabTool() }

    private func up(cmdline: String, _ more: String...) async throws -> Ending {
        let file = tool.home + "/boot-\(UInt32.random(in: 0...UInt32.max)).yaml"
        try AtomicFile.write("name: boot\nnodes:\n  - {isa: arm, cmdline: \"\(cmdline)\"}\n", to: file)
        defer { unlink(file) }
        return try await tool.program(["up", "-f", file] + more, limit: .seconds(240))
    }

    private func expectNothingLeft() {
        #expect(tool.files(of: "boot").isEmpty && tool.processes.isEmpty, "\(tool.files(of: "boot")) \(tool.processes)")
    }

    @Test("a guest that panics at boot ends `up` with the panic and the console's last lines")
    func panic() async throws {
        try await tool.clear("boot")
        let result = try await up(cmdline: "rdinit=/nonexistent root=/dev/nowhere")
        #expect(result.status == 1, "\(result)")
        #expect(result.errorText.contains("arm: the guest panicked: Kernel panic - not syncing"), "\(result.errorText)")
        #expect(result.errorText.contains("  | "), "the console is not shown: \(result.errorText)")
        expectNothingLeft()
        let run = try #require(RunDirectory.all(in: tool.directories).last)
        let console = SerialLog(path: run.file(.console, of: "arm")).lines
        #expect(console.contains { $0.contains("Kernel panic") }, "the run keeps no console")
    }

    @Test("a guest that hangs before SSH ends `up` at its time limit with the requirement that it missed")
    func hang() async throws {
        try await tool.clear("boot")
        // cat waits for a line from the console for ever.
        let result = try await up(cmdline: "rdinit=/bin/cat", "--timeout", "20s")
        #expect(result.status == 124, "\(result)")
        #expect(result.errorText.contains("arm: not ready: kernel booted"), "\(result.errorText)")
        #expect(result.errorText.contains("hint:"))
        expectNothingLeft()
    }

    @Test("with --keep the failed lab stays, and `down` takes it away")
    func keep() async throws {
        try await tool.clear("boot")
        let result = try await up(cmdline: "rdinit=/bin/cat", "--timeout", "15s", "--keep")
        #expect(result.status == 124, "\(result)")
        #expect(tool.processes.count == 2, "\(tool.processes)")
        try await tool.check("down", "-l", "boot", "--force")
        expectNothingLeft()
    }
}
