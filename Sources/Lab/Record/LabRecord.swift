import Fabric
import FoundationEssentials
import Hypervisor
import Support
import Topology

/// What popcorn-lab knows of a lab: enough to reach it, to mend it and to take it down.
///
/// It is written, atomically, before the thing it describes is created: a crash at any point leaves a record that names
/// at least everything that exists.
public struct LabRecord: Codable, Sendable {
    /// Of this format; a newer popcorn-lab reads older ones.
    public var version = 1
    /// Tells two labs of one name apart, for instance when their MAC addresses are made.
    public let id: String
    public var spec: LabSpec
    public var created: Date
    /// The libvirt connection that all domains were created on.
    public var uri: String
    public var nodes: [NodeRecord]
    /// The runs of this lab, oldest first; the first is that of the `up` that created it.
    public var runs: [String]
    /// What `net` did, by node.
    public var impairments: [String: NodeImpairment] = [:]
    /// The capture that runs, if one does.
    public var capture: Capture?

    /// Frames that are being recorded.
    public struct Capture: Codable, Sendable {
        /// The run whose directory they go to.
        public var run: String
        public var nodes: [String]
    }
}

/// One guest of a lab.
public struct NodeRecord: Codable, Sendable {
    public var spec: NodeSpec
    /// Node id of the message layer: the place in the topology.
    public var id: Int
    public var domain: String
    public var uuid: String
    public var managementMAC: MACAddress
    public var fabricMAC: MACAddress
    /// On 127.0.0.1 of the host; forwarded to the guest's port 22.
    public var sshPort: UInt16
    /// In OpenSSH's form: `ssh-ed25519 AAAA…`.
    public var hostKey: String
    public var image: String
    public var kernel: String
    package var accelerator: NodeAccelerator
    public var acceleratorReason: String
    public var qemu: ProcessIdentity?

    public var name: String { spec.name }
}

/// What runs a node.
package enum NodeAccelerator: String, Codable, Sendable {
    /// Before the node was started for the first time.
    case undecided
    case kvm
    case tcg

    package init(_ accelerator: Accelerator) {
        switch accelerator {
        case .kvm: self = .kvm
        case .tcg: self = .tcg
        }
    }

    /// `nil` before it is decided.
    package var decided: Accelerator? {
        switch self {
        case .undecided: nil
        case .kvm: .kvm
        case .tcg: .tcg
        }
    }
}

/// What is wrong on purpose with a node's connection to the fabric.
public struct NodeImpairment: Codable, Sendable, Equatable {
    public var linkCut = false
    public var netem = Impairment()

    public init() {}

    /// In words, for `status`; empty if nothing is wrong.
    public var summary: String {
        [linkCut ? "link cut" : "", netem.summary].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
