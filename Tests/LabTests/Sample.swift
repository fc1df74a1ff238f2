import FoundationEssentials
import Logging
import Support
import TestSupport
import Topology

@testable import Lab

/// Labs and directories for tests that need no guest.
enum Sample {
    static func record(_ list: String = "x86,arm", name: String = "sample") throws -> LabRecord {
        let spec = try LabSpec(spec: list, name: name)
        let nodes = spec.nodes.enumerated().map { id, node in
            NodeRecord(
                spec: node, id: id, domain: "popcorn-\(name)-\(node.name)", uuid: UUID().uuidString.lowercased(),
                managementMAC: MACAddress(lab: name, node: id, role: .management),
                fabricMAC: MACAddress(lab: name, node: id, role: .fabric), sshPort: 2200 + UInt16(id),
                hostKey: "ssh-ed25519 AAAA", image: "image", kernel: "6.1", accelerator: .tcg,
                acceleratorReason: "a test", qemu: nil)
        }
        return LabRecord(id: "id-of-\(name)", spec: spec, created: Date(), uri: "test:///", nodes: nodes, runs: [])
    }
}

/// A scratch directory as the place of an environment.
extension Scratch {
    var directories: Directories {
        Directories(cache: path + "/cache", state: path + "/state", runtime: path + "/run")
    }
    var store: LabStore { LabStore(directories: directories) }

    var environment: LabEnvironment {
        LabEnvironment(
            directories: directories, share: Share(root: path), variables: [:], commandLine: ["popcorn-lab", "test"],
            uri: nil, log: Logger(label: "test"))
    }
}
