import FoundationEssentials
import Support
import TestSupport
import Testing

@testable import Hypervisor

@Suite("A guest from outside")
struct DumpTests {
    @Test("QEMU tells where its CPUs are, and writes a core, whether the guest runs or stands still")
    func look() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest()
            let core = lab.directory + "/core"
            try await lab.hypervisor.withConnection { connection in
                try await connection.start(guest)
                #expect(try await connection.runState(guest.uuid) == "running")
                #expect(try await connection.humanMonitor(guest.uuid, "info registers -a").contains("CR3="))
                #expect(try await connection.humanMonitor(guest.uuid, "no-such-command").contains("unknown command"))
                try await connection.pause(guest.uuid)
                #expect(try await connection.runState(guest.uuid) == "paused")
                try await connection.dumpMemory(guest.uuid, to: core)
                #expect(try await connection.runState(guest.uuid) == "paused")
                // QEMU tells libvirt of the end of a dump a moment after it.
                #expect(try await connection.versions().qemu.isEmpty == false)
                try await connection.resume(guest.uuid)
                #expect(try await connection.runState(guest.uuid) == "running")
            }
            let notes = try await HostCommand("readelf", ["-h", "-n", core]).check().text
            #expect(notes.contains("CORE (Core file)") && notes.contains("NT_PRSTATUS"))
        }
    }

    @Test("a machine without NMI says so")
    func noNMI() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest(isa: .aarch64)
            try await lab.hypervisor.withConnection { connection in
                try await connection.start(guest)
                let error = await #expect(throws: HypervisorError.self) { try await connection.injectNMI(guest.uuid) }
                #expect(error?.code == .monitorRefused)
            }
        }
    }

    @Test("of a guest that is gone there is nothing to see, and a core that cannot be written says so")
    func absent() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest()
            let uuid = UUID().uuidString.lowercased()
            try await lab.hypervisor.withConnection { connection in
                let state = await #expect(throws: HypervisorError.self) { _ = try await connection.runState(uuid) }
                #expect(state?.code == .noSuchDomain)
                let dump = await #expect(throws: HypervisorError.self) {
                    try await connection.dumpMemory(uuid, to: lab.directory + "/core")
                }
                #expect(dump?.code == .noSuchDomain)
                try await connection.start(guest)
                let nowhere = await #expect(throws: HypervisorError.self) {
                    try await connection.dumpMemory(guest.uuid, to: lab.directory + "/no/such/core")
                }
                #expect(nowhere?.summary.contains("dump the memory of") == true)
                #expect(try await connection.runState(guest.uuid) == "running")
            }
        }
    }
}
