import FoundationEssentials
import Support
import Testing
import Topology

@testable import Hypervisor

@Suite("A guest's monitor")
struct MonitorTests {
    @Test("links go down and up, captures start and stop, refusals are reported")
    func linksAndCaptures() async throws {
        let lab = try TestLab()
        try await lab.run {
            let vde = try VDESwitch(directory: lab.directory + "/switch")
            var guest = try lab.guest()
            guest.fabric = DomainSpec.FabricNIC(mac: "52:54:00:00:00:02", switchDirectory: vde.directory)
            guest.management = DomainSpec.ManagementNIC(mac: "52:54:00:00:00:01", hostPort: try LoopbackPort.free())
            let spec = guest
            try await lab.hypervisor.withConnection { try await $0.start(spec) }

            try await lab.hypervisor.withConnection { connection in
                // Whether the guest sees it is for tests that boot a real kernel.
                for nic in GuestNIC.allCases {
                    try await connection.setLink(spec.uuid, nic, up: false)
                    try await connection.setLink(spec.uuid, nic, up: true)
                }

                let pcap = lab.directory + "/fabric.pcap"
                try await connection.startCapture(spec.uuid, .fabric, to: pcap)
                let again = await #expect(throws: HypervisorError.self) {
                    try await connection.startCapture(spec.uuid, .fabric, to: pcap)
                }
                #expect(again?.code == .monitorRefused)
                try await connection.stopCapture(spec.uuid, .fabric)
                // libpcap's magic number in host order: a capture without frames is its header.
                let bytes = try #require(FileManager.default.contents(atPath: pcap))
                #expect(bytes.prefix(4).elementsEqual([0xd4, 0xc3, 0xb2, 0xa1]))

                let unknown = await #expect(throws: HypervisorError.self) {
                    _ = try await connection.monitor(spec.uuid, json: #"{"execute":"no-such-command"}"#)
                }
                #expect(unknown?.code == .monitorRefused)
                #expect(unknown?.summary.contains("no-such-command") == true)
            }
        }
    }

    @Test("a NIC that the guest does not have is refused by name")
    func missingNIC() async throws {
        let lab = try TestLab()
        try await lab.run {
            let guest = try lab.guest()
            let error = await #expect(throws: HypervisorError.self) {
                try await lab.hypervisor.withConnection { connection in
                    try await connection.start(guest)
                    try await connection.setLink(guest.uuid, .fabric, up: false)
                }
            }
            #expect(error?.code == .monitorRefused)
            #expect(error?.summary.contains("fabric") == true)
        }
    }

    @Test("commands for a guest that is gone say so")
    func absent() async throws {
        let lab = try TestLab()
        try await lab.run {
            let uuid = UUID().uuidString.lowercased()
            try await lab.hypervisor.withConnection { connection in
                let link = await #expect(throws: HypervisorError.self) {
                    try await connection.setLink(uuid, .fabric, up: false)
                }
                #expect(link?.code == .noSuchDomain)
                let pause = await #expect(throws: HypervisorError.self) { try await connection.pause(uuid) }
                #expect(pause?.code == .noSuchDomain)
            }
        }
    }
}
