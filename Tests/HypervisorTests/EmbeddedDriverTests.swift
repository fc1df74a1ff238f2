import FoundationEssentials
import Support
import Testing
import Topology

@testable import Hypervisor

@Suite("Guests under the embedded driver")
struct EmbeddedDriverTests {
    @Test("a guest starts, is found by its metadata, pauses, goes on, and is destroyed", arguments: ISA.allCases)
    func lifeCycle(isa: ISA) async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest(isa: isa)
            try await lab.hypervisor.withConnection { try await $0.start(guest) }
            let process = try #require(QEMUProcess.find(uuid: guest.uuid))

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
            let state = try await lab.hypervisor.withConnection { try await $0.state(of: guest.uuid) }
            #expect(state.kind == .absent)
        }
    }
}
