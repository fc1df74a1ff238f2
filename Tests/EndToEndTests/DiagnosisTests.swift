import FoundationEssentials
import Lab
import Support
import TestSupport
import Testing

extension EndToEnd.Diagnoses {
    /// A directory of the diagnosis, and what it printed.
    private func diagnose(
        _ lab: Lab, _ name: String, _ words: String...
    ) async throws -> (found: Ending, text: (String) throws -> String) {
        let directory = lab.workplace.file("diagnosis-" + name)
        let found = try await lab(words: ["diagnose", directory] + words, limit: .seconds(120))
        return (
            found,
            { file in
                let bytes = try #require(FileManager.default.contents(atPath: directory + "/" + file), "\(file)")
                return ByteText.text(Array(bytes))
            }
        )
    }

    @Test("a lab that goes on is left as it was: threads, pages, tasks and processors of all nodes are told")
    func living() async throws {
        try await SharedLab.shared().withWanderersAway(2) { lab, pid in
            let (found, text) = try await diagnose(lab, "living", "--dump")
            #expect(!found.errorText.contains("warning"), "\(found.errorText)")
            #expect(found.text.contains("wander \(pid)/\(pid) of x86 is at arm, in popcorn_origin_step."))
            #expect(found.text.contains("arm hosts wander \(pid) of x86 as "))
            #expect(try text("x86/threads.txt").contains("T: \(pid)/\(pid) origin\nF: wchan\n popcorn_origin_step"))
            #expect(try text("arm/threads.txt").contains(" worker\nF: wchan\n"))
            #expect(try text("x86/pages.txt").contains("home=0 at_home=1"))
            #expect(try text("x86/pages.txt").contains("owner=1"))
            #expect(try text("arm/pages.txt").contains("access=write"))
            #expect(try text("x86/tasks.txt").contains("task:wander"))
            #expect(try text("x86/blocked.txt").contains("Show Blocked State"))
            for node in ["x86", "arm"] {
                #expect(try text("\(node)/processors.txt").contains("Show backtrace of all active CPUs"))
                #expect(try text("\(node)/dmesg.txt").contains("popcorn"))
                #expect(try text("\(node)/peers.txt").contains("up"))
                #expect(try text("\(node)/counters.txt").contains("PAGE_GRANT"))
                #expect(try text("\(node)/serial.log").contains("popcorn-init"))
                #expect(try text("\(node)/trace.txt").contains("# tracer: nop"))
                let core = lab.workplace.file("diagnosis-living/\(node)/memory.elf")
                let notes = try await lab.host("readelf", "-h", "-n", core)
                #expect(notes.text.contains("CORE (Core file)") && notes.text.contains("NT_PRSTATUS"))
                #expect(notes.text.contains("VMCOREINFO"))
                #expect(unlink(core) == 0)
            }
            #expect(try text("summary.txt").contains("arm/threads.txt"))
            // Nothing of it has ended or moved.
            #expect(try await lab("ps").text.contains("arm"))
        }
        try await SharedLab.shared().expectNothingLeft()
    }

    @Test("a guest that stands still is seen through QEMU, and does not keep the other from telling")
    func frozen() async throws {
        try await SharedLab.shared().repairing { lab in
            try await lab("fault", "arm", "thaw")
            try await lab.awaitPair()
        } after: { lab in
            try await lab("fault", "arm", "freeze")
            try await lab.await("silent", of: 1, on: "x86")
            let status = try await lab.status()
            #expect(status.nodes.map(\.state) == ["running", "frozen"])
            let table = try await lab("status").text
            #expect(table.contains("frozen") && table.contains("`popcorn-lab fault arm thaw` lets it go on"))
            let asked = try await lab("ps").errorText
            #expect(asked.contains("arm was not asked: arm is frozen: its CPUs are stopped"), "\(asked)")
            let state = StateDifference(await (try lab.labAccess()).states())
            #expect(!state.isAtRest && state.nodes.map(\.name) == ["arm"] && state.nodes[0].problem != nil)
            let (found, text) = try await diagnose(lab, "frozen")
            #expect(found.text.contains("arm is frozen: its CPUs are stopped."))
            #expect(found.text.contains("arm has been silent for ") && found.text.contains("as x86 sees it"))
            #expect(try text("arm/qemu.txt").contains("PC="))
            #expect(try text("arm/serial.log").contains("popcorn-init"))
            #expect(try text("x86/tasks.txt").contains("task:"))
        }
    }
}
