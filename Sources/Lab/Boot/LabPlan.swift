import FoundationEssentials
import Guest
import Hypervisor
import ISA
import Support
import Topology

/// Everything that `up` decides before it creates anything: identities, addresses, keys.
struct LabPlan {
    /// What the record keeps; it holds no secrets.
    var record: LabRecord
    /// The pair that all nodes' SSH servers accept.
    let login: SSHKeyPair
    /// The host key of each node.
    let hostKeys: [String: SSHKeyPair]
    /// By which kernels of one lab know each other, in hex.
    let secret: String

    /// - Parameters:
    ///   - mark: what tells domains of one name on one libvirt connection apart: `Directories.mark`.
    ///   - accelerators: of the nodes' ISAs; what is not in there stays undecided until `Boot`.
    init(
        spec: LabSpec, target: HypervisorTarget, mark: String, images: NodeImages,
        accelerators: [ISA: AcceleratorChoice] = [:]
    ) throws {
        let id = UUID().uuidString.lowercased()
        login = try SSHKeyPair.generate(comment: "popcorn-lab \(spec.name)")
        secret = hexadecimal((0..<32).map { _ in UInt8.random(in: 0...255) })
        var hostKeys: [String: SSHKeyPair] = [:]
        var nodes: [NodeRecord] = []
        for (index, node) in spec.nodes.enumerated() {
            let image = try images.image(of: node)
            let hostKey = try SSHKeyPair.generate(comment: node.name)
            hostKeys[node.name] = hostKey
            nodes.append(
                NodeRecord(
                    spec: node, id: index, domain: "popcorn-\(spec.name)-\(node.name)-\(mark)",
                    uuid: UUID().uuidString.lowercased(),
                    managementMAC: MACAddress(lab: id, node: index, role: .management),
                    fabricMAC: MACAddress(lab: id, node: index, role: .fabric),
                    sshPort: try FreePort.pick(), hostKey: node.system == nil ? hostKey.publicKeyLine : "",
                    image: image.id,
                    kernel: try images.kernelRelease(of: node), interface: images.kernel(of: node)?.interface,
                    accelerator: accelerators[node.isa].map { NodeAccelerator($0.accelerator) } ?? .undecided,
                    acceleratorReason: accelerators[node.isa]?.reason ?? "", qemu: nil))
        }
        self.hostKeys = hostKeys
        record = LabRecord(id: id, spec: spec, created: Date(), uri: target.uri, nodes: nodes, runs: [])
    }

    /// Puts the secrets where the record's paths say, readable by this user alone.
    func writeKeys(_ paths: LabPaths) throws {
        try Directories.create(paths.root)
        try AtomicFile.write(login.privateKeyText, to: paths.privateKey, mode: 0o600)
        try AtomicFile.write(login.publicKeyLine + "\n", to: paths.publicKey)
        try AtomicFile.write(secret, to: paths.messageLayerSecret, mode: 0o600)
        for (node, key) in hostKeys {
            try Directories.create(paths.node(node))
            try AtomicFile.write(key.dropbearHostKey, to: paths.hostKey(node), mode: 0o600)
        }
    }
}
