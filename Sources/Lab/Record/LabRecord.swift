import Fabric
import FoundationEssentials
import Hypervisor
import Support
import Topology

/// What popcorn-lab knows of a lab: enough to reach it, to mend it and to take it down.
///
/// It is written, atomically, before the thing it describes is created: a crash at any point leaves a record that names
/// at least everything that exists.
package struct LabRecord: Codable, Sendable {
    /// Of this format; a newer popcorn-lab reads older ones.
    package var version = 1
    /// Tells two labs of one name apart, for instance when their MAC addresses are made.
    package let id: String
    package var spec: LabSpec
    package var created: Date
    /// The libvirt connection that all domains were created on.
    package var uri: String
    package var nodes: [NodeRecord]
    /// The runs of this lab, oldest first; the first is that of the `up` that created it.
    package var runs: [String]
    /// What `net` did, by node.
    var impairments: [String: NodeImpairment] = [:]
    /// The capture that runs, if one does.
    package var capture: Capture?

    /// Frames that are being recorded.
    package struct Capture: Codable, Sendable {
        /// The run whose directory they go to.
        package var run: String
        package var nodes: [String]
    }
}

/// One guest of a lab.
package struct NodeRecord: Codable, Sendable {
    package var spec: NodeSpec
    /// Node id of the message layer: the place in the topology.
    package var id: Int
    package var domain: String
    var uuid: String
    var managementMAC: MACAddress
    package var fabricMAC: MACAddress
    /// On 127.0.0.1 of the host; forwarded to the guest's port 22.
    package var sshPort: UInt16
    /// In OpenSSH's form: `ssh-ed25519 AAAA…`.
    var hostKey: String
    package var image: String
    package var kernel: String
    package var accelerator: NodeAccelerator
    package var acceleratorReason: String
    package var qemu: ProcessIdentity?

    package var name: String { spec.name }
}

/// What runs a node.
package enum NodeAccelerator: String, Codable, Sendable {
    /// Before the node was started for the first time.
    case undecided
    case kvm
    case tcg

    init(_ accelerator: Accelerator) {
        switch accelerator {
        case .kvm: self = .kvm
        case .tcg: self = .tcg
        }
    }

    /// `nil` before it is decided.
    var decided: Accelerator? {
        switch self {
        case .undecided: nil
        case .kvm: .kvm
        case .tcg: .tcg
        }
    }
}

/// What is wrong on purpose with a node's connection to the fabric.
struct NodeImpairment: Codable, Sendable, Equatable {
    var linkCut = false
    var netem = Impairment()

    init() {}

    /// In words, for `status`; empty if nothing is wrong.
    var summary: String {
        [linkCut ? "link cut" : "", netem.summary].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
