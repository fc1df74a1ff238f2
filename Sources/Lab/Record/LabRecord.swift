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
    /// The lab as the user asked for it.
    package var spec: LabSpec
    /// When `up` made the record, before it started the first guest.
    package var created: Date
    /// The libvirt connection that all domains were created on.
    package var uri: String
    /// One for each node of `spec`, in the same order, which is that of their ids.
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
        /// The nodes whose frames are recorded, by name.
        package var nodes: [String]
    }
}

/// One guest of a lab.
package struct NodeRecord: Codable, Sendable {
    /// The node as the user asked for it; the same as in the lab's `spec`.
    package var spec: NodeSpec
    /// Node id of the message layer: the place in the topology.
    package var id: Int
    /// The libvirt domain's name: `popcorn-LAB-NODE-MARK`, with `Directories.mark`.
    package var domain: String
    var uuid: String
    var managementMAC: MACAddress
    /// Of the network card on the wire that carries the message layer.
    package var fabricMAC: MACAddress
    /// On 127.0.0.1 of the host; forwarded to the guest's port 22.
    package var sshPort: UInt16
    /// In OpenSSH's form: `ssh-ed25519 AAAA…`. Of a guest with files of its user's own, the fingerprint that it has shown; empty
    /// before it has.
    var hostKey: String
    /// How a guest with files of its user's own has answered since its boot; `nil` before it has.
    var way: GuestWay?
    /// The id of the image that the node booted last.
    package var image: String
    /// The release of that image's kernel, as `uname -r` in the guest prints it.
    package var kernel: String
    /// Of the node's own kernel, as its file was when the node was booted last; `nil` for the image's kernel.
    package var interface: KernelInterface?
    /// What the node booted last of its user's own files, the kernel and modules, by path: the SHA-256 of each.
    var bootFiles: [String: String]?
    /// Stands for all that it booted last of its user's own files: another if one of them was another.
    package var bootDigest: String? {
        bootFiles.map { files in SHA256.hex(of: Array(files.values.sorted().joined(separator: " ").utf8)) }
    }
    /// What runs the guest's CPUs; once it is decided, it stays for the life of the lab.
    package var accelerator: NodeAccelerator
    /// Why it is that: half a sentence such as `the host is x86-64`; empty while it is undecided.
    package var acceleratorReason: String
    /// The guest's QEMU when `up` last started guests of the lab; it may have ended since. `nil` before the first boot.
    package var qemu: ProcessIdentity?

    /// Both network cards of the guest.
    var networkCard: NetworkCard { spec.kernel?.nic ?? interface?.machines[spec.isa]?.nic ?? .virtioPCI }
    /// Where the port for init's reports is plugged in.
    var virtioBus: VirtioBus { interface?.machines[spec.isa]?.virtio ?? .pci }

    /// Whether its kernel has our events.
    var hasEvents: Bool { interface.map { $0.tracing == .events } ?? true }
    /// Whether what goes over the wire is recorded from the boot on, since nothing else tells what its kernel does.
    var isCaptured: Bool { interface?.tracing == .capture }

    /// Whether only its serial console leads into it.
    package var isConsoleOnly: Bool { spec.system.map { !$0.login.usesSSH || way == .console } ?? false }

    /// Whether it starts from its image's initramfs.
    var usesImage: Bool { spec.system.map { $0.initramfs == .embedded } ?? true }

    /// How its disk is plugged in, if it has one.
    var diskModel: DiskModel {
        spec.system?.disk?.model ?? interface?.machines[spec.isa]?.disk ?? .virtio
    }

    /// The node's name, as in the lab file.
    package var name: String { spec.name }
}

/// What leads into a guest.
enum GuestWay: String, Codable, Sendable {
    case ssh
    case console
}

/// What runs a node.
package enum NodeAccelerator: String, Codable, Sendable {
    /// Before the node was started for the first time.
    case undecided
    /// The host's own CPU, through `/dev/kvm`.
    case kvm
    /// QEMU's emulation, which runs any ISA on any host.
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
