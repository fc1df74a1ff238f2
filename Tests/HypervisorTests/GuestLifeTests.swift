import FoundationEssentials
import ISA
import Support
import Testing
import Topology

@testable import Hypervisor

@Suite("The life of a guest", .serialized)
struct GuestLifeTests {
    @Test("a guest starts, is found by its metadata, pauses, goes on, and is destroyed", arguments: ISA.allCases)
    func lifeCycle(isa: ISA) async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest(isa: isa)
            try await lab.hypervisor.withConnection { try await $0.start(guest) }
            let process = try #require(QEMUProcess.find(uuid: guest.uuid))
            let console = try ConsoleWatch(path: guest.consoleLog, process: process)
            #expect(
                try await console.wait(for: "hello from the guest", limit: .seconds(30))
                    == .found(line: "hello from the guest"))

            // Another connection is another process for the embedded driver: the guest outlived the first.
            try await lab.hypervisor.withConnection { connection in
                let found = try await connection.labDomains().filter { $0.metadata.labID == lab.id }
                #expect(
                    found == [
                        LabDomain(
                            name: guest.name, uuid: guest.uuid, metadata: guest.metadata, state: DomainState(.running))
                    ])
                try await connection.pause(guest.uuid)
                #expect(try await connection.state(of: guest.uuid).kind == .paused)
                try await connection.resume(guest.uuid)
                #expect(try await connection.state(of: guest.uuid).kind == .running)
            }
            try await lab.hypervisor.withConnection { try await $0.destroy(guest.uuid) }
            #expect(!process.isAlive)
            #expect(try await console.wait(for: "more", limit: .seconds(5)) == .ended)
            let state = try await lab.hypervisor.withConnection { try await $0.state(of: guest.uuid) }
            #expect(state.kind == .absent)
        }
    }

    @Test("destroying a guest that vanished, or never was, is a success")
    func destroyVanished() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest()
            try await lab.hypervisor.withConnection { try await $0.start(guest) }
            let process = try #require(QEMUProcess.find(uuid: guest.uuid))
            process.send(signal: SIGKILL)
            #expect(process.waitForExit(.seconds(10)))
            try await lab.hypervisor.withConnection { connection in
                #expect(try await connection.state(of: guest.uuid).kind == .absent)
                #expect(try await connection.labDomains().filter { $0.metadata.labID == lab.id }.isEmpty)
                try await connection.destroy([guest.uuid, UUID().uuidString.lowercased()])
            }
        }
    }

    @Test("a guest that resets itself ends, and its name can be used again")
    func reset() async throws {
        let lab = try TestLab()
        try await lab.run {
            var guest = try lab.guest(printing: "going down\n", resets: true)
            for _ in 0..<2 {
                try await lab.hypervisor.withConnection { try await $0.start(guest) }
                if let process = QEMUProcess.find(uuid: guest.uuid) {
                    let console = try ConsoleWatch(path: guest.consoleLog, process: process)
                    #expect(try await console.wait(for: "never printed", limit: .seconds(30)) == .ended)
                }
                let state = try await lab.hypervisor.withConnection { try await $0.state(of: guest.uuid) }
                #expect(state.kind == .absent)
                guest.uuid = UUID().uuidString.lowercased()
            }
        }
    }

    @Test("a guest cannot take the place of a live one")
    func duplicate() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest()
            try await lab.hypervisor.withConnection { connection in
                try await connection.start(guest)
                let error = await #expect(throws: HypervisorError.self) { try await connection.start(guest) }
                #expect(error?.code == .alreadyExists, "\(String(describing: error))")
                var namesake = guest
                namesake.uuid = UUID().uuidString.lowercased()
                let other = await #expect(throws: HypervisorError.self) { try await connection.start(namesake) }
                #expect(other?.code == .alreadyExists)
                #expect(other?.summary.contains(guest.name) == true)
            }
        }
    }

    @Test("connections at the same time work, the embedded driver's one after the other")
    func simultaneousConnections() async throws {
        let lab = try TestLab()
        try await lab.run {
            let inside = Attendance()
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await lab.hypervisor.withConnection { connection in
                            await inside.enter()
                            _ = try await connection.versions()
                            await inside.leave()
                        }
                    }
                }
                try await group.waitForAll()
            }
            if lab.hypervisor.target.embeddedRoot != nil {
                #expect(await inside.most == 1)
            }
        }
    }

    @Test("a taken host port is reported as such")
    func portInUse() async throws {
        let lab = try TestLab()
        try await lab.run {
            let listener = try LoopbackPort()
            var guest = try lab.guest()
            guest.management = DomainSpec.ManagementNIC(mac: "52:54:00:00:00:01", hostPort: listener.number)
            let spec = guest
            let error = await #expect(throws: HypervisorError.self) {
                try await lab.hypervisor.withConnection { try await $0.start(spec) }
            }
            #expect(error?.code == .portInUse)
            #expect(QEMUProcess.find(uuid: guest.uuid) == nil)
            withExtendedLifetime(listener) {}
        }
    }

    @Test("versions name this host's machine")
    func versions() async throws {
        let lab = try TestLab()
        let versions = try await lab.hypervisor.withConnection { try await $0.versions() }
        #expect(ISA(anyName: versions.hostMachine) == ISA.host)
        #expect(versions.qemu.split(separator: ".").count == 3)
        #expect(versions.libvirt.split(separator: ".").count == 3)
        withExtendedLifetime(lab) {}
    }
}

/// How many are inside at once.
private actor Attendance {
    private var now = 0
    private(set) var most = 0

    func enter() {
        now += 1
        most = max(most, now)
    }

    func leave() { now -= 1 }
}
