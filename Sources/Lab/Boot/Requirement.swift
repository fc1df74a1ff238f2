import Topology

/// What a node must fulfil before `up` calls it ready, in the order in which a boot fulfils it.
package enum Requirement: CaseIterable, Sendable {
    /// libvirt runs the node's domain.
    case domain
    /// The kernel reached its first process.
    case kernel
    /// The fabric interface has its address.
    case fabric
    /// `popcorn.ko` and `msg_socket.ko` are loaded.
    case messageLayer
    /// An SSH session with the expected host key answers; in a guest with files of its user's own, that or its console.
    case ssh
    /// The node sees every other node.
    case peers

    /// How long it may take after the one before, on real hardware; emulated nodes get a multiple.
    package var limit: Duration {
        switch self {
        case .domain: .seconds(20)
        case .kernel: .seconds(15)
        case .fabric: .seconds(5)
        case .messageLayer: .seconds(5)
        case .ssh: .seconds(10)
        case .peers: .seconds(10)
        }
    }

    /// In the words of progress and errors.
    package var title: String {
        switch self {
        case .domain: "domain started"
        case .kernel: "kernel booted"
        case .fabric: "fabric address up"
        case .messageLayer: "message layer loaded"
        case .ssh: "commands run"
        case .peers: "all peers seen"
        }
    }

    /// What to look at when it was not met.
    package var hint: String {
        switch self {
        case .domain: "`popcorn-lab doctor` tells whether libvirt and QEMU work on this host"
        case .kernel: "the kernel did not reach its first process: read its console above; more memory may help"
        case .fabric:
            "the guest has no usable fabric interface: is virtio_net in the image (`popcorn-lab images show`)?"
        case .messageLayer: "a module was refused: `popcorn-lab logs --serial NODE` shows why"
        case .ssh: "the guest's SSH server does not answer: `popcorn-lab console NODE` works without it"
        case .peers:
            "a node does not see all others: compare `\(GuestFile.peers)` on each with `popcorn-lab exec --all`"
        }
    }
}
