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
            defer { vde.stop() }
            var guest = try lab.guest()
            guest.fabric = DomainSpec.FabricNIC(mac: "52:54:00:00:00:02", switchDirectory: vde.directory)
            guest.management = DomainSpec.ManagementNIC(mac: "52:54:00:00:00:01", hostPort: try LoopbackPort.free())
            let spec = guest
            try await lab.hypervisor.withConnection { try await $0.start(spec) }

            try await lab.hypervisor.withConnection { connection in
                for nic in GuestNIC.allCases {
                    try await connection.setLink(spec.uuid, nic, up: false)
                    #expect(try await connection.networkInfo(spec.uuid).contains("\(nic.rawValue),link_down"), "\(nic)")
                }
                try await connection.setLink(spec.uuid, .fabric, up: true)

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

extension HypervisorConnection {
    /// Which NICs are down, in the form `mgmt,link_down`: QMP has no query for it, the human monitor has.
    fileprivate func networkInfo(_ uuid: String) throws -> String {
        let command = #"{"execute":"human-monitor-command","arguments":{"command-line":"info network"}}"#
        struct Reply: Decodable {
            var `return`: String
        }
        let text = try monitor(uuid, json: command)
        let listing = try JSONDecoder().decode(Reply.self, from: Data(text.utf8)).return
        return listing.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            guard let nic = GuestNIC.allCases.first(where: { line.contains("\\ \($0.rawValue):") }) else { return nil }
            return nic.rawValue + (line.contains("link_down") ? ",link_down" : ",up")
        }.joined(separator: "\n") + "\n" + listing
    }
}

/// A vde_switch of the test's own.
private struct VDESwitch {
    let directory: String
    private let pid: pid_t

    init(directory: String) throws {
        self.directory = directory
        let arguments = ["vde_switch", "-s", directory, "-d", "-p", directory + ".pid"]
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var starter: pid_t = 0
        let result = posix_spawnp(&starter, "vde_switch", nil, nil, &words, environ)
        try #require(result == 0, "vde_switch does not start: install the package vde2")
        var status: Int32 = 0
        waitpid(starter, &status, 0)
        let text = try #require(FileManager.default.contents(atPath: directory + ".pid"))
        pid = try #require(Int32(String(decoding: text, as: UTF8.self).filter(\.isNumber)))
    }

    func stop() { kill(pid, SIGTERM) }
}
