import ISA
import KernelFiles
import Support
import Topology

/// A node's kernel of the user's own, with all that was found out about it before anything boots.
struct NodeKernel: Sendable {
    /// The kernel itself.
    let file: KernelFile
    /// What kind of kernel it is.
    let interface: KernelInterface
    /// Both network cards.
    let nic: NetworkCard
    /// Drivers and other modules, in load order: they are loaded before the network is brought up.
    let drivers: [KernelModuleFile]
    /// The modules of its message layer, in load order.
    let layer: [(file: KernelModuleFile, module: KernelInterface.Module)]

    /// Reads the kernel and its modules, and checks them.
    ///
    /// - Parameters:
    ///   - imageModules: the names of the modules that the node's image has, and the release that they are for.
    ///   - nodeCount: of the lab.
    /// - Throws: `LabError` with everything that stands in the way of booting it; `KernelError` for what cannot be read.
    init(
        _ own: OwnKernel, node: NodeSpec, interface: KernelInterface, nodeCount: Int,
        imageModules: (release: String, names: [String])
    ) throws {
        let tree = try KernelTree(path: own.path, isa: node.isa)
        file = tree.kernel
        self.interface = interface
        nic = own.nic ?? interface.machines[node.isa]?.nic ?? .virtioPCI
        let bus = interface.machines[node.isa]?.virtio ?? .pci
        var problems = Self.problems(of: file, node, interface, nodeCount)
        let given = try own.modules.map { try KernelModuleFile(path: $0) }
        let wanted = Dictionary(interface.modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var layer: [(KernelModuleFile, KernelInterface.Module)] = []
        for module in interface.modules {
            // What was named beats what lies in the tree.
            if let found = (given + tree.modules).first(where: { $0.name == module.name }) {
                layer.append((found, module))
            } else if !module.isOptional {
                problems.append(
                    "the module \(module.name).ko of its message layer is missing: "
                        + (tree.modules.isEmpty ? "name it below `modules:` or by --module" : "\(own.path) has none"))
            }
        }
        self.layer = layer.map { (file: $0.0, module: $0.1) }
        let system = node.system
        if let system { problems += SystemFiles(system: system).problems }
        if system != nil, interface.membership.message == nil {
            problems.append(
                "kernels of the interface \(interface.name) tell of their peers by a file: a disk or an initramfs of one's own "
                    + "needs one that tells by its log")
        }
        let usesImage = system.map { $0.initramfs == .embedded } ?? true
        let fromImage = usesImage && imageModules.release == file.release ? Set(imageModules.names) : []
        let named = given.filter { wanted[$0.name] == nil }
        var devices = [KernelDevice(nic)]
        let disk = system?.disk.map {
            KernelDevice($0.model ?? interface.machines[node.isa]?.disk ?? .virtio, virtio: bus)
        }
        if usesImage, let disk { devices.append(disk) }
        let found = named + Self.drivers(in: tree, for: devices, layer.map(\.0), beside: named)
        drivers = found
        for module in found + layer.map(\.0) {
            if let objection = module.objection(to: file) { problems.append("\(module.path): \(objection)") }
        }
        let loaded = fromImage.union(found.map(\.name))
        let driver = KernelNeed.driver(
            of: KernelDevice(nic), purpose: "the driver of the network card \(nic.rawValue)", weight: .required)
        problems += Self.lacks(file, Self.needs(of: node), modules: loaded)
        // What is in a system of the user's own may load modules of its own.
        problems += Self.lacks(file, [driver], modules: usesImage ? loaded : loaded.union(driver.modules))
        if let disk {
            // A module cannot be read from a disk that needs it.
            let need = KernelNeed.driver(
                of: disk, purpose: "the driver of the disk \(disk.rawValue)", weight: .required)
            let initramfs = system?.initramfs ?? .embedded
            let there = usesImage ? loaded : initramfs == .none ? [] : Set(need.modules)
            let lacks = Self.lacks(file, [need], modules: there)
            problems += lacks
            if !lacks.isEmpty, !usesImage {
                problems.append(
                    "with `initramfs: embedded`, drivers that are modules are loaded before the disk is mounted")
            }
        }
        guard problems.isEmpty else {
            throw LabError(
                .badArgument, "node '\(node.name)' cannot boot \(file.path)", details: problems,
                hint: "`popcorn-lab kernel inspect \(own.path)` tells all that a lab needs of a kernel")
        }
    }

    /// All that a boot takes from the user's own files, by path: the SHA-256 of each.
    func digests() throws -> [String: String] {
        let paths = [file.path] + (drivers + layer.map(\.file)).map(\.path)
        return try paths.reduce(into: [:]) { $0[$1] = try SHA256.hex(ofFile: $1) }
    }

    private static func problems(
        of kernel: KernelFile, _ node: NodeSpec, _ interface: KernelInterface, _ nodeCount: Int
    ) -> [String] {
        var problems: [String] = []
        if kernel.isa != node.isa {
            problems.append("it is for \(kernel.isa.rawValue), and the node is \(node.isa.rawValue)")
        }
        if !kernel.isBootable {
            problems.append("QEMU cannot start a vmlinux of this kind: name bzImage or Image")
        }
        if let count = interface.nodeCount, count != nodeCount {
            problems.append(
                "kernels of the interface \(interface.name) are compiled for \(count) nodes, and the lab has "
                    + "\(nodeCount): loading the message layer would wait forever or write past a table")
        }
        return problems
    }

    /// Modules of the tree that the devices need, and those that these and the message layer depend on, each after what it
    /// depends on.
    private static func drivers(
        in tree: KernelTree, for devices: [KernelDevice], _ layer: [KernelModuleFile], beside named: [KernelModuleFile]
    ) -> [KernelModuleFile] {
        let known = Dictionary(tree.modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let there = Set((named + layer).map(\.name))
        var result: [KernelModuleFile] = []
        func add(_ name: String) {
            guard let module = known[name], !there.contains(name), !result.contains(where: { $0.name == name }) else {
                return
            }
            for dependency in module.dependencies { add(dependency) }
            result.append(module)
        }
        for option in devices.flatMap(\.options) { option.module.map(add) }
        for module in layer + named { module.dependencies.forEach(add) }
        return result
    }

    /// What the node's kernel must have, whatever its devices: less if its init is not ours.
    private static func needs(of node: NodeSpec) -> [KernelNeed] {
        let all = KernelNeed.all(for: node.isa)
        guard let system = node.system, system.initramfs != .embedded else { return all }
        let ours: Set = system.initramfs == .none ? ["BLK_DEV_INITRD", "SIGNALFD", "TMPFS"] : ["SIGNALFD", "TMPFS"]
        return all.filter { need in !need.options.contains { ours.contains($0.name) } }
    }

    private static func lacks(_ kernel: KernelFile, _ needs: [KernelNeed], modules: Set<String>) -> [String] {
        needs.filter { $0.weight == .required }.compactMap { need in
            let options = need.options.map { "CONFIG_" + $0.name }.joined(separator: ", ")
            switch need.verdict(of: kernel.configuration, modules: modules) {
            case .missing: return "it was built without \(options): \(need.purpose)"
            case .moduleMissing: return "\(options) is a module that is not given: \(need.purpose)"
            case .builtIn, .module, .unknown: return nil
            }
        }
    }
}

extension KernelNeed {
    /// Those that it can be had as.
    fileprivate var modules: [String] { options.compactMap(\.module) }
}

extension KernelDevice {
    init(_ disk: DiskModel, virtio bus: VirtioBus) {
        switch (disk, bus) {
        case (.virtio, .pci): self = .virtioBlockPCI
        case (.virtio, .mmio): self = .virtioBlockMMIO
        case (.ide, _): self = .ide
        case (.ahci, _): self = .ahci
        }
    }

    init(_ card: NetworkCard) {
        switch card {
        case .e1000: self = .e1000
        case .virtioPCI: self = .virtioNetPCI
        case .virtioMMIO: self = .virtioNetMMIO
        }
    }
}
