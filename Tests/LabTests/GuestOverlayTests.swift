import FoundationEssentials
import Hypervisor
import ImageStore
import Support
import TestSupport
import Testing

@testable import Lab

@Suite("What makes an image a node")
struct GuestOverlayTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func overlay(_ record: LabRecord) -> GuestOverlay {
        GuestOverlay(record: record, node: record.nodes[1], paths: scratch.store.paths("sample"))
    }

    @Test("a guest learns its name, addresses, peers and secret")
    func configuration() throws {
        var record = try Sample.record()
        record.spec.fabric.mtu = 1400
        try scratch.write("ssh-ed25519 LOGIN\n", to: "state/labs/sample/id_ed25519.pub")
        try scratch.write("5ec4e7", to: "state/labs/sample/secret")
        try scratch.write("KEY", to: "state/labs/sample/nodes/arm/host_key")
        let text = String(decoding: try overlay(record).archive().serialized(), as: UTF8.self)
        for line in [
            "hostname=arm\n", "fabric_address=10.4.4.101/24\n", "peers=10.4.4.100,10.4.4.101\n", "secret=5ec4e7\n",
            "fabric_mtu=1400\n", "ssh-ed25519 LOGIN\n", "10.4.4.100 x86\n",
            "fabric_mac=\(record.nodes[1].fabricMAC)\n",
        ] { #expect(text.contains(line), "\(line)") }
        #expect(!text.contains("dead_ms"))
    }

    @Test("a missing key is named")
    func missingKey() throws {
        let error = #expect(throws: SystemError.self) { try overlay(try Sample.record()).archive() }
        #expect(error?.errno == ENOENT && error?.summary.contains("/state/labs/sample/") == true)
    }

    @Test("a domain carries its owner and the node's own kernel arguments")
    func domain() throws {
        var record = try Sample.record()
        record.nodes[0].spec.kernelArguments = "slub_debug=FZPU"
        let paths = scratch.store.paths("sample")
        let domain = try DomainSpec(node: record.nodes[0], of: record, paths: paths, kernel: "/boot/vmlinuz")
        #expect(domain.metadata.owner == LabMetadata.owner(stateDirectory: scratch.path + "/state"))
        #expect(domain.commandLine.hasSuffix(" slub_debug=FZPU"))
        record.nodes[0].accelerator = .undecided
        #expect(throws: LabError.self) {
            try DomainSpec(node: record.nodes[0], of: record, paths: paths, kernel: "/boot/vmlinuz")
        }
    }
}
