import FoundationEssentials
import ImageStore
import Support
import Topology

/// The files that make an image this node of this lab: its name, addresses, keys and peers.
///
/// They follow the image's own initramfs as a second archive, which the kernel unpacks over the first
/// (Documentation/driver-api/early-userspace/buffer-format.rst). Images stay shared and free of secrets.
struct GuestOverlay {
    let record: LabRecord
    let node: NodeRecord
    let paths: LabPaths

    /// Writes the node's initramfs: that of its image, then ours.
    func write(after image: GuestImage) throws {
        let target = paths.initramfs(node.name)
        try Directories.create(paths.node(node.name))
        let descriptor = open(target + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(target).new") }
        defer { close(descriptor) }
        do {
            try append(file: image.initramfs, to: descriptor)
            try AtomicFile.writeAll(try archive().serialized(), to: descriptor, name: target)
        } catch {
            unlink(target + ".new")
            throw error
        }
        guard rename(target + ".new", target) == 0 else { throw SystemError("rename \(target).new") }
    }

    func archive() throws -> CpioArchive {
        var archive = CpioArchive()
        archive.addDirectory("/etc")
        archive.addFile("/etc/hostname", text: node.name + "\n")
        archive.addFile("/etc/hosts", text: hosts)
        archive.addDirectory("/etc/popcorn", mode: 0o700)
        archive.addFile("/etc/popcorn/node", mode: 0o600, text: try configuration())
        // The file that Popcorn's newer kernels read: one address a line, the same on all nodes.
        archive.addFile("/etc/popcorn/nodes", text: addresses.joined(separator: "\n") + "\n")
        archive.addDirectory("/etc/dropbear", mode: 0o700)
        archive.add("/etc/dropbear/host_key", mode: 0o600, .file([UInt8](try read(paths.hostKey(node.name)))))
        archive.addDirectory("/root", mode: 0o700)
        archive.addDirectory("/root/.ssh", mode: 0o700)
        let login = String(decoding: try read(paths.publicKey), as: UTF8.self)
        archive.addFile("/root/.ssh/authorized_keys", mode: 0o600, text: login)
        archive.addFile("/root/.profile", text: "PS1='\(node.name):\\w# '\n")
        return archive
    }

    /// `KEY=VALUE` lines for `Images/guest/init/config.c`.
    private func configuration() throws -> String {
        let fabric = record.spec.fabric
        let layer = record.spec.messageLayer
        let secret = String(decoding: try read(paths.messageLayerSecret), as: UTF8.self)
        var values = [
            ("hostname", node.name),
            ("management_mac", node.managementMAC.description),
            // The addresses of QEMU's user networking (QEMU's documentation, "Network emulation").
            ("management_address", "10.0.2.15/24"),
            ("fabric_mac", node.fabricMAC.description),
            ("fabric_address", "\(node.spec.address)/\(fabric.subnet.prefixLength)"),
            ("peers", addresses.joined(separator: ",")),
            ("secret", secret),
            ("port", String(layer.port)),
        ]
        if let mtu = fabric.mtu { values.append(("fabric_mtu", String(mtu))) }
        if let dead = layer.deadMilliseconds { values.append(("dead_ms", String(dead))) }
        return values.map { "\($0)=\($1)\n" }.joined()
    }

    private var addresses: [String] { record.spec.messageLayerAddresses.map(\.description) }

    private var hosts: String {
        (["127.0.0.1 localhost"] + record.nodes.map { "\($0.spec.address) \($0.name)" }).joined(separator: "\n") + "\n"
    }

    private func read(_ path: String) throws -> Data {
        guard let bytes = try AtomicFile.read(path) else { throw SystemError("read \(path)", errno: ENOENT) }
        return bytes
    }

    private func append(file path: String, to descriptor: Int32) throws {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw SystemError("open \(path)") }
        defer { close(source) }
        while true {
            let count = sendfile(descriptor, source, nil, 1 << 24)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("copy \(path)") }
            if count == 0 { return }
        }
    }
}
