import FoundationEssentials
import GuestContract
import ImageStore
import KernelFiles
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
    /// The node's own kernel; `nil` if it boots its image's.
    var kernel: NodeKernel?

    /// Writes the node's initramfs: that of its image, then ours.
    func write(after image: GuestImage) throws {
        let target = paths.initramfs(node.name)
        try Directories.create(paths.node(node.name))
        let descriptor = open(target + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(target).new") }
        defer { close(descriptor) }
        do {
            try append(file: image.initramfs, to: descriptor)
            try AtomicFile.writeAll(try archive(image).serialized(), to: descriptor, name: target)
        } catch {
            unlink(target + ".new")
            throw error
        }
        guard rename(target + ".new", target) == 0 else { throw SystemError("rename \(target).new") }
    }

    func archive(_ image: GuestImage? = nil) throws -> CpioArchive {
        var archive = CpioArchive()
        archive.addDirectory("/etc")
        if let root = node.root { return try starter(of: root, image, archive) }
        archive.addFile(GuestFile.hostname, text: node.name + "\n")
        archive.addFile(GuestFile.hosts, text: hosts)
        archive.addDirectory(GuestFile.configurationDirectory, mode: 0o700)
        archive.addFile(GuestFile.configuration, mode: 0o600, text: try configuration().text)
        archive.addFile(GuestFile.addresses, text: addresses.map { "\($0)\n" }.joined())
        archive.addDirectory(GuestFile.sshServerDirectory, mode: 0o700)
        let hostKey = try AtomicFile.contents(of: paths.hostKey(node.name))
        archive.add(GuestFile.hostKey, mode: 0o600, .file(Array(hostKey)))
        archive.addDirectory(GuestFile.home, mode: 0o700)
        archive.addDirectory(GuestFile.sshDirectory, mode: 0o700)
        let login = String(decoding: try AtomicFile.contents(of: paths.publicKey), as: UTF8.self)
        archive.addFile(GuestFile.authorizedKeys, mode: 0o600, text: login)
        archive.addFile(GuestFile.profile, text: "PS1='\(node.name):\\w# '\n")
        if let kernel { try add(kernel, image, to: &archive) }
        return archive
    }

    /// What init needs to start the system that is on a disk, and no secret.
    private func starter(of root: String, _ image: GuestImage?, _ start: CpioArchive) throws -> CpioArchive {
        var archive = start
        archive.addDirectory(GuestFile.configurationDirectory, mode: 0o700)
        archive.addFile(
            GuestFile.configuration, mode: 0o600, text: NodeConfiguration.text(hostname: node.name, root: root))
        guard let kernel else { return archive }
        archive.addDirectory(GuestFile.ownModules)
        try addDrivers(of: kernel, image, to: &archive)
        return archive
    }

    /// Modules in place of the image's, unless those fit.
    private func addDrivers(of kernel: NodeKernel, _ image: GuestImage?, to archive: inout CpioArchive) throws {
        let drivers = try kernel.drivers.map { try add($0, to: &archive) }
        let fitting = image?.kernelVersion == kernel.file.release ? image?.record.modules ?? [] : []
        archive.addFile(GuestFile.moduleList, text: (fitting + drivers).map { $0 + "\n" }.joined())
    }

    private func add(_ module: KernelModuleFile, to archive: inout CpioArchive) throws -> String {
        let path = "\(GuestFile.ownModules)/\(module.name).ko"
        archive.add(path, mode: 0o644, .file(Array(try AtomicFile.contents(of: module.path))))
        return path
    }

    /// What a kernel of the user's own needs: its modules in place of the image's, and entropy for the SSH server, of which it
    /// may not find any itself.
    private func add(_ kernel: NodeKernel, _ image: GuestImage?, to archive: inout CpioArchive) throws {
        archive.addDirectory(GuestFile.ownModules)
        try addDrivers(of: kernel, image, to: &archive)
        let values = try gaps()
        let layer = try kernel.layer.map { loaded in
            let words = [loaded.module.waitsForPeers ? "wait" : "now", try add(loaded.file, to: &archive)]
            let arguments = KernelInterface.arguments(loaded.module.arguments, filledBy: values)
            return (words + [arguments]).joined(separator: " ") + "\n"
        }
        archive.addFile(GuestFile.messageLayer, mode: 0o600, text: layer.joined())
        let failures = kernel.interface.failures.map { "\($0.message.posix)\t\($0.meaning)\n" }
        archive.addFile(GuestFile.failures, text: failures.joined())
        archive.add(
            GuestFile.entropy, mode: 0o600, .file((0..<2048).map { _ in UInt8.random(in: 0...255) }))
    }

    /// What stands for the gaps in modules' arguments.
    func gaps() throws -> [KernelInterface.Gap: String] {
        var values: [KernelInterface.Gap: String] = [
            .addresses: addresses.map(\.description).joined(separator: ","), .id: String(node.id),
            .port: String(record.spec.messageLayer.port), .secret: try secret(),
        ]
        let messageLayer = record.spec.messageLayer
        values[.silentMilliseconds] = messageLayer.silentMilliseconds.map { String($0) }
        values[.deadMilliseconds] = messageLayer.deadMilliseconds.map { String($0) }
        values[.authentication] = messageLayer.authentication?.rawValue
        return values
    }

    private func secret() throws -> String {
        String(decoding: try AtomicFile.contents(of: paths.messageLayerSecret), as: UTF8.self)
    }

    private func configuration() throws -> NodeConfiguration {
        var configuration = NodeConfiguration(
            hostname: node.name, managementMAC: node.managementMAC, fabricMAC: node.fabricMAC,
            fabricAddress: node.spec.address, fabric: record.spec.fabric, messageLayer: record.spec.messageLayer,
            peers: addresses,
            secret: try secret())
        if let interface = kernel?.interface {
            configuration.own = NodeConfiguration.Own(
                joined: interface.membership.message, isConsoleQuiet: interface.isConsoleQuiet,
                tracesBoot: interface.tracesBoot)
        }
        return configuration
    }

    private var addresses: [IPv4Address] { record.spec.messageLayerAddresses }

    private var hosts: String {
        (["127.0.0.1 localhost"] + record.nodes.map { "\($0.spec.address) \($0.name)" }).joined(separator: "\n") + "\n"
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
