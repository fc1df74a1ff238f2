import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

/// What can happen to a lab that is up. Each test leaves the lab complete again, so that one boot of the pair serves all.
@Suite("Faults of a running lab", .serialized)
struct RunningLabTests {
    let tool: LabTool

    init() throws { tool = try LabTool() }

    private func qemu(_ node: String, of lab: String = "live") throws -> ProcessIdentity {
        let record = try tool.store.existing(lab)
        let process = try #require(record.nodes.first { $0.name == node }?.qemu)
        try #require(process.isAlive)
        return process
    }

    @Test("guests that die, hang or lose their wire are reported by name, and `up` mends the lab")
    func life() async throws {
        try await tool.lab("live") {
            try await tool.check("up", "x86,arm", "-l", "live")
            try await killedDuringExec()
            try await mendedOnAnotherPort()
            try await panicDuringLogs()
            try await pausedGuest()
            try await otherTopology()
            try await killedDuringRun()
            try await lostSwitch()
        }
        #expect(tool.processes.isEmpty && tool.files(of: "live").isEmpty)
    }

    /// A guest whose QEMU is killed while a command runs in it.
    private func killedDuringExec() async throws {
        let exec = try tool.start("exec", "-l", "live", "arm", "echo begun; sleep 600")
        try await exec.output(contains: "begun")
        try qemu("arm").send(signal: SIGKILL)
        let result = try await exec.end(within: .seconds(20))
        #expect(result.status == 1 && result.errorText.contains("error: arm: "), "\(result)")
        let status = try await tool.check("status", "-l", "live")
        #expect(status.text.contains("absent"), "\(status)")
        let again = try await tool.run("exec", "-l", "live", "arm", "true", limit: .seconds(60))
        #expect(again.status != 0 && again.errorText.contains("arm: "), "\(again)")
    }

    /// Another process has taken the port meanwhile; the other guest goes on untouched.
    private func mendedOnAnotherPort() async throws {
        let before = try tool.store.existing("live")
        let x86 = try qemu("x86")
        let port = try #require(before.nodes.first { $0.name == "arm" }).sshPort
        let listener = try Listener(port: port)
        let result = try await tool.check("up", "x86,arm", "-l", "live")
        withExtendedLifetime(listener) {}
        #expect(
            result.errorText.contains("port \(port) was taken") && result.errorText.contains("started arm"), "\(result)"
        )
        #expect(try qemu("x86") == x86)
        #expect(try tool.store.existing("live").nodes.first { $0.name == "arm" }?.sshPort != port)
        try await tool.check("exec", "-l", "live", "arm", "true")
        let third = try await tool.check("up", "x86,arm", "-l", "live")
        #expect(third.errorText.contains("was up already"), "\(third.errorText)")
    }

    private func panicDuringLogs() async throws {
        let logs = try tool.start("logs", "-l", "live", "-f")
        try await logs.output(contains: "popcorn")
        // The panic cuts the connection, so this command fails too.
        let trigger = try await tool.run(
            "exec", "-l", "live", "arm", "echo c > /proc/sysrq-trigger", limit: .seconds(30))
        #expect(trigger.status != 0 && trigger.errorText.contains("arm: "), "\(trigger)")
        let result = try await logs.end(within: .seconds(30))
        #expect(result.status == 1 && result.errorText.contains("error: arm: "), "\(result.status) \(result.errorText)")
        let serial = try await tool.check("logs", "-l", "live", "--serial", "arm")
        #expect(serial.text.contains("Kernel panic"), "\(serial.text.suffix(2000))")
        try await tool.check("up", "x86,arm", "-l", "live")
    }

    private func pausedGuest() async throws {
        let process = try qemu("arm")
        process.send(signal: SIGSTOP)
        let result = try await tool.run("exec", "-l", "live", "arm", "true", limit: .seconds(60))
        process.send(signal: SIGCONT)
        #expect(result.status == 124 && result.errorText.contains("arm: "), "\(result)")
        try await tool.check("exec", "-l", "live", "arm", "true")

        // What runs in it goes on with it, and whoever waits is told for whom.
        let exec = try tool.start("exec", "-l", "live", "arm", "echo begun; sleep 14; echo ended")
        try await exec.output(contains: "begun")
        process.send(signal: SIGSTOP)
        try await Task.sleep(for: .seconds(12))
        process.send(signal: SIGCONT)
        let ending = try await exec.end(within: .seconds(90))
        #expect(ending.status == 0 && ending.text.contains("ended"), "\(ending)")
        #expect(ending.errorText.contains("arm has been silent for "), "\(ending)")
    }

    private func otherTopology() async throws {
        let result = try await tool.run("up", "arm,arm", "-l", "live")
        #expect(result.status == 64 && result.errorText.contains("down -l live"), "\(result)")
        let prune = try await tool.check("prune", "--no-images")
        #expect(prune.errorText.isEmpty, "\(prune.errorText)")
        _ = try qemu("arm")
    }

    private func killedDuringRun() async throws {
        let program = tool.home + "/endless"
        let source = program + ".c"
        try AtomicFile.write(
            "#include <unistd.h>\nint main(void) { write(1, \"begun\\n\", 6); for (;;) pause(); }\n", to: source)
        for (compiler, isa) in [("gcc", "x86-64"), ("aarch64-linux-gnu-gcc", "aarch64")] {
            try await HostCommand(compiler, ["-static", "-o", "\(program)_\(isa)", source]).check()
        }
        let run = try tool.start("run", "-l", "live", program, "--on", "arm")
        try await run.output(contains: "begun")
        try qemu("arm").send(signal: SIGKILL)
        let result = try await run.end(within: .seconds(60))
        #expect(result.status == 1 && result.errorText.contains("error: arm: "), "\(result)")
        try await tool.check("up", "x86,arm", "-l", "live")
    }

    private func lostSwitch() async throws {
        let fabric = tool.store.paths("live").fabric
        let found = ProcessTable.compactMap { words in
            words.first?.hasSuffix("vde_switch") == true && words.contains { $0.hasPrefix(fabric + "/") } ? true : nil
        }
        try #require(found.count == 1)
        found[0].process.send(signal: SIGKILL)
        try #require(found[0].process.waitForExit(.seconds(10)))
        let result = try await tool.run("up", "x86,arm", "-l", "live")
        #expect(result.status == 1 && result.errorText.contains("down -l live"), "\(result)")
        _ = try qemu("x86")
    }
}

/// Somebody else's server on a port of 127.0.0.1.
final class Listener: Sendable {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0, listen(descriptor, 1) == 0 else { throw SystemError("listen on port \(port)") }
    }

    deinit { close(descriptor) }
}
