import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Lab

/// Records, directories and guests that went behind our back.
@Suite("Lost state", .serialized)
struct LostStateTests {
    let tool: LabTool

    init() throws { tool = try LabTool() }

    private func expectNothingLeft(_ tool: LabTool) {
        #expect(tool.processes.isEmpty && tool.files(of: "lost").isEmpty, "\(tool.processes)")
    }

    /// As a reboot of the host does.
    private func reboot() throws {
        for node in try tool.store.existing("lost").nodes {
            let process = try #require(node.qemu)
            process.send(signal: SIGKILL)
            #expect(process.waitForExit(.seconds(10)))
        }
        for (process, _) in ProcessTable.compactMap({ $0.contains { $0.hasPrefix(tool.home + "/") } ? true : nil }) {
            _ = process.terminate()
        }
        try FileManager.default.removeItem(atPath: tool.directories.runtime)
    }

    @Test("after a reboot of the host `up` brings the lab up again, also with other nodes, and `down` forgets it")
    func reboots() async throws {
        try await tool.lab("lost") {
            try await tool.check("up", "arm", "-l", "lost")
            try reboot()
            let again = try await tool.check("up", "arm", "-l", "lost")
            #expect(again.errorText.contains("anew"), "\(again.errorText)")
            try await tool.check("exec", "-l", "lost", "arm", "true")
            try reboot()
            try await tool.check("up", "origin=arm", "-l", "lost")
            try await tool.check("exec", "-l", "lost", "origin", "true")
            try reboot()
            try await tool.check("down", "-l", "lost")
            expectNothingLeft(tool)
        }
    }

    @Test("a damaged record stops `up` and `ls` does not hide the others; `prune` spares its guests, `down` ends them")
    func brokenRecord() async throws {
        try await tool.lab("lost") {
            try await tool.check("up", "arm", "-l", "lost")
            try AtomicFile.write("{\"version\": 1, ", to: tool.store.paths("lost").record)
            let up = try await tool.run("up", "arm", "-l", "lost")
            #expect(up.status == 1 && up.errorText.contains("down -l lost"), "\(up)")
            let list = try await tool.check("ls")
            #expect(list.errorText.contains("'lost' is damaged"), "\(list)")
            try await tool.check("prune", "--no-images")
            #expect(tool.processes.count == 2)
            try await tool.check("down", "-l", "lost")
            expectNothingLeft(tool)
        }
    }

    @Test("guests of a deleted record are found by `prune`")
    func deletedRecord() async throws {
        try await tool.lab("lost") {
            try await tool.check("up", "arm", "-l", "lost")
            try FileManager.default.removeItem(atPath: tool.store.paths("lost").root)
            let trial = try await tool.check("prune", "--no-images", "--dry-run")
            #expect(trial.errorText.contains("would remove guest") && tool.processes.count == 2, "\(trial)")
            let prune = try await tool.check("prune", "--no-images")
            #expect(prune.errorText.contains("removed guest popcorn-lost-arm"), "\(prune)")
            expectNothingLeft(tool)
        }
    }

    @Test("labs of one name in two state directories, on one libvirt connection, do not disturb each other")
    func neighbours() async throws {
        let other = try LabTool("b")
        // One driver for both, as an ordinary user's session daemon would be.
        let uri = "qemu:///embed?root=\(tool.directories.state)/libvirt/root"
        let here = tool.with(["LIBVIRT_DEFAULT_URI": uri])
        let there = other.with(["LIBVIRT_DEFAULT_URI": uri, "XDG_RUNTIME_DIR": tool.home + "/r"])
        try await here.lab("lost") {
            try await there.lab("lost") {
                let first = try here.start("up", "arm", "-l", "lost")
                let second = try there.start("up", "arm", "-l", "lost")
                for up in [first, second] {
                    let result = try await up.end(within: .seconds(240))
                    #expect(result.status == 0, "\(result)")
                }
                for tool in [here, there] {
                    let prune = try await tool.check("prune", "--no-images")
                    #expect(prune.errorText.isEmpty, "\(prune.errorText)")
                }
                try await here.check("exec", "-l", "lost", "arm", "echo here > /tmp/place")
                try await there.check("exec", "-l", "lost", "arm", "test ! -e /tmp/place")
                try await there.check("down", "-l", "lost")
                #expect(try await here.check("exec", "-l", "lost", "arm", "cat /tmp/place").text == "here\n")
            }
        }
        expectNothingLeft(here)
        expectNothingLeft(there)
    }
}
