import ISA
import Support
import UserInput

extension LabSpec {
    /// The keys of a lab in a file.
    package static let keys = ["name", "nodes", "fabric", "message_layer"]
    private static let nodeKeys = [
        "name", "isa", "vcpus", "memory", "image", "kernel", "interface", "modules", "initramfs", "machine", "disk",
        "login", "cmdline", "host", "cpus", "numa", "address",
    ]
    private static let fabricKeys = ["subnet", "first_host", "mtu"]
    private static let messageLayerKeys = ["kind", "port", "silent_after", "dead_after", "auth"]

    /// Reads a lab file; its format is described in `docs/topology.md`.
    ///
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its name, for the errors.
    ///   - hostCPUs: the CPUs of the machine that runs the nodes without a host of their own, if it is known.
    ///   - vcpus: of nodes for which the file has no number.
    /// - Throws: `InputError` with code `.invalidFile` and one diagnostic for each error of the file.
    package init(
        yaml text: String, file: String, hostCPUs: CPUList? = nil, vcpus: DefaultVCPUs = .each(DefaultVCPUs.most)
    ) throws(InputError) {
        self = try YAMLReader.read(text, file: file, as: "a lab", keys: Self.keys) { top in
            Self.reading(top, hostCPUs: hostCPUs, vcpus: vcpus)
        }
    }

    /// Reads a lab that stands in a file of another kind; its keys are `keys`.
    ///
    /// - Parameters:
    ///   - name: the lab's name if the mapping has none.
    ///   - hostCPUs: the CPUs of the machine that runs the nodes without a host of their own, if it is known.
    ///   - vcpus: of nodes for which the mapping has no number.
    /// - Returns: `nil` if it has no nodes; like all other errors, that is reported.
    package static func reading(
        _ top: YAMLMapping, name: String? = nil, hostCPUs: CPUList? = nil,
        vcpus: DefaultVCPUs = .each(DefaultVCPUs.most)
    ) -> LabSpec? {
        var draft = LabDraft(name: top.text("name") ?? name, nodes: [])
        draft.fabric = fabric(top)
        draft.vcpus = vcpus
        draft.messageLayer = messageLayer(top)
        guard let nodes = top.required("nodes", { nodes($0, in: top) }) else { return nil }
        draft.nodes = nodes
        let (lab, problems) = draft.completed(hostCPUs: hostCPUs)
        for problem in problems {
            let path = problem.path.isEmpty ? top.path : top.path(of: problem.path)
            top.reader.report(problem.message, at: path, basis: problem.basis.map { top.path(of: $0) })
        }
        return lab
    }

    /// A list of nodes, or the short form as on the command line: `x86,arm`.
    private static func nodes(_ key: String, in top: YAMLMapping) -> [LabDraft.Node]? {
        guard !top.isText(key) else {
            return top.value(key) { (text) throws(InputError) in try draftNodes(spec: text) }
        }
        return top.mappings(key, as: "a node", keys: nodeKeys)?.map { $0.map(node) ?? LabDraft.Node(isa: .x86_64) }
    }

    /// Reads a lab file from disk.
    ///
    /// - Throws: `InputError` with code `.unreadableFile` or `.invalidFile`.
    package init(
        yamlFile path: String, hostCPUs: CPUList? = nil, vcpus: DefaultVCPUs = .each(DefaultVCPUs.most)
    ) throws(InputError) {
        try self.init(yaml: try TextFile.read(path), file: path, hostCPUs: hostCPUs, vcpus: vcpus)
    }

    private static func node(_ fields: YAMLMapping) -> LabDraft.Node {
        // Without an ISA the error is reported, and nothing is concluded from the one that stands in for it.
        let isa = fields.required("isa") { key in
            fields.value(key) { (text) throws(InputError) in try ISA(parsing: text) }
        }
        let directory = AbsolutePath.parent(of: AbsolutePath.of(fields.reader.file))
        let machine = fields.mapping("machine", as: "a machine", keys: ["nic", "disk"])
        let disk = machine?.value("disk", oneOf: DiskModel.self)
        return LabDraft.Node(
            name: fields.text("name"), isa: isa ?? .x86_64, vcpus: fields.integer("vcpus"),
            memory: fields.value("memory", MemorySize.self), image: fields.text("image"),
            kernelArguments: fields.text("cmdline"),
            kernel: ownKernel(fields, in: directory, nic: machine?.value("nic", oneOf: NetworkCard.self)),
            system: GuestSystem.reading(fields, in: directory, model: disk), host: fields.text("host"),
            cpus: fields.value("cpus", CPUList.self), numaNode: fields.integer("numa"),
            address: fields.value("address", IPv4Address.self))
    }

    /// Paths start at the lab file's directory.
    private static func ownKernel(_ fields: YAMLMapping, in directory: String, nic: NetworkCard?) -> OwnKernel? {
        let interface = fields.text("interface").map { OwnKernel.interface($0, relativeTo: directory) }
        let modules = fields.texts("modules")?.map { AbsolutePath.of($0, in: directory) }
        guard let path = fields.text("kernel") else {
            for key in ["interface", "modules", "initramfs", "machine"] where fields.has(key) && !fields.has("kernel") {
                fields.report("'\(key)' belongs to a kernel of one's own: the node lacks the key 'kernel'", at: key)
            }
            return nil
        }
        return OwnKernel(
            path: AbsolutePath.of(path, in: directory), interface: interface ?? KernelInterface.embedded,
            modules: modules ?? [], nic: nic)
    }

    private static func fabric(_ top: YAMLMapping) -> FabricSpec {
        guard let fields = top.mapping("fabric", as: "a fabric", keys: fabricKeys) else { return FabricSpec() }
        return FabricSpec(
            subnet: fields.value("subnet", IPv4Subnet.self) ?? FabricSpec.defaultSubnet,
            firstHost: fields.integer("first_host"), mtu: fields.integer("mtu"))
    }

    private static func messageLayer(_ top: YAMLMapping) -> MessageLayerSpec {
        guard let fields = top.mapping("message_layer", as: "a message layer", keys: messageLayerKeys) else {
            return MessageLayerSpec()
        }
        return MessageLayerSpec(
            kind: fields.value("kind", oneOf: MessageLayerSpec.Kind.self) ?? .msgSocket,
            port: fields.integer("port") ?? MessageLayerSpec.defaultPort,
            silentMilliseconds: fields.value("silent_after", TimeSpan.self)?.milliseconds,
            deadMilliseconds: fields.value("dead_after", TimeSpan.self)?.milliseconds,
            authentication: fields.value("auth", oneOf: MessageLayerSpec.Authentication.self))
    }

    /// The lab as a complete lab file, every default filled in; `init(yaml:file:)` reads it back to an equal lab.
    package var yaml: String {
        var top = YAMLWriter()
        top.add("name", name)
        top.add("nodes", nodes.map(\.yaml))
        var fabric = YAMLWriter()
        fabric.add("subnet", self.fabric.subnet)
        fabric.add("first_host", self.fabric.firstHost)
        fabric.add("mtu", self.fabric.mtu)
        top.add("fabric", fabric)
        var messageLayer = YAMLWriter()
        messageLayer.add("kind", self.messageLayer.kind.rawValue)
        messageLayer.add("port", self.messageLayer.port)
        messageLayer.add("silent_after", self.messageLayer.silentMilliseconds.map { TimeSpan(milliseconds: $0) })
        messageLayer.add("dead_after", self.messageLayer.deadMilliseconds.map { TimeSpan(milliseconds: $0) })
        messageLayer.add("auth", self.messageLayer.authentication?.rawValue)
        top.add("message_layer", messageLayer)
        return top.text
    }
}

extension NodeSpec {
    fileprivate var yaml: YAMLWriter {
        var fields = YAMLWriter()
        fields.add("name", name)
        fields.add("isa", isa.rawValue)
        fields.add("vcpus", vcpus)
        fields.add("memory", MemorySize(mebibytes: memoryMiB))
        fields.add("image", image)
        if let kernel {
            fields.add("kernel", kernel.path)
            fields.add("interface", kernel.interface)
            fields.add("modules", kernel.modules)
            if kernel.nic != nil || system?.disk?.model != nil {
                var machine = YAMLWriter()
                machine.add("nic", kernel.nic?.rawValue)
                machine.add("disk", system?.disk?.model?.rawValue)
                fields.add("machine", machine)
            }
        }
        system?.write(to: &fields)
        fields.add("cmdline", kernelArguments)
        fields.add("host", host)
        fields.add("cpus", cpus)
        fields.add("numa", numaNode)
        fields.add("address", address)
        return fields
    }
}
