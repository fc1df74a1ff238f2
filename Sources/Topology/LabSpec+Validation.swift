import ISA
import UserInput

extension LabSpec {
    /// Throws one error that tells everything that is wrong with the lab.
    ///
    /// - Parameter hostCPUs: the CPUs of the machine that runs the nodes without a host of their own, if it is known.
    package func validate(hostCPUs: CPUList? = nil) throws(InputError) {
        if let error = InputError(problems(hostCPUs: hostCPUs)) { throw error }
    }

    /// Everything that is wrong with the lab, in the order of its fields.
    package func problems(hostCPUs: CPUList? = nil) -> [LabProblem] {
        var problems: [LabProblem] = []
        if let objection = NameRule.objection(to: name) {
            problems.append(LabProblem("name", "'\(name)' cannot be the name of a lab: \(objection)"))
        }
        if !LabLimits.nodes.contains(nodes.count) {
            let found = nodes.isEmpty ? "has no nodes" : "has \(nodes.count) nodes"
            problems.append(
                LabProblem("nodes", "the lab \(found); it may have \(LabLimits.nodes.text)"))
        }
        for (id, node) in nodes.enumerated() {
            problems += node.problems(at: "nodes[\(id)]", fabric: fabric, hostCPUs: hostCPUs)
        }
        problems += duplicates(of: "name") { $0.name }
        problems += interfaceProblems + diskProblems
        problems += duplicates(of: "address") { $0.address.description }
        problems += fabric.problems + messageLayer.problems
        return problems
    }

    /// Kernels of two interfaces do not understand each other's messages.
    private var interfaceProblems: [LabProblem] {
        func interface(_ node: NodeSpec) -> String { node.kernel?.interface ?? KernelInterface.embedded }
        guard let first = nodes.first else { return [] }
        return nodes.enumerated().compactMap { id, node in
            guard interface(node) != interface(first) else { return nil }
            return LabProblem(
                "nodes[\(id)].interface",
                "node '\(node.name)' has the interface \(interface(node)), node '\(first.name)' has "
                    + "\(interface(first)): their kernels could not talk to each other",
                basis: ["nodes[0].interface"])
        }
    }

    /// Two guests that write to one image destroy what is in it.
    private var diskProblems: [LabProblem] {
        var first: [String: Int] = [:]
        return nodes.enumerated().compactMap { id, node in
            guard let disk = node.system?.disk, !disk.isSnapshot else { return nil }
            guard let earlier = first.updateValue(first[disk.path] ?? id, forKey: disk.path) else { return nil }
            return LabProblem(
                "nodes[\(id)].disk",
                "nodes '\(nodes[earlier].name)' and '\(node.name)' both write to \(disk.path): give each a copy, or say "
                    + "'snapshot: true'",
                basis: ["nodes[\(earlier)].disk"])
        }
    }

    private func duplicates(of field: String, value: (NodeSpec) -> String) -> [LabProblem] {
        var first: [String: Int] = [:]
        return nodes.enumerated().compactMap { id, node in
            guard let earlier = first.updateValue(first[value(node)] ?? id, forKey: value(node)) else { return nil }
            return LabProblem(
                "nodes[\(id)].\(field)", "node \(id) has the same \(field) as node \(earlier): '\(value(node))'",
                basis: ["nodes[\(earlier)].\(field)"])
        }
    }
}

extension NodeSpec {
    fileprivate func problems(at path: String, fabric: FabricSpec, hostCPUs: CPUList?) -> [LabProblem] {
        var problems: [LabProblem] = []
        func report(_ field: String, _ message: String, basis: [String] = []) {
            problems.append(LabProblem("\(path).\(field)", message, basis: basis))
        }
        if let objection = NameRule.objection(to: name) {
            report("name", "'\(name)' cannot be the name of a node: \(objection)")
        } else if name.allSatisfy(\.isNumber) {
            report("name", "'\(name)' cannot be the name of a node: a number alone means the node's id")
        } else if let other = ISA(anyName: name), other != isa {
            report(
                "name", "node '\(name)' is named after \(other.rawValue) but its ISA is \(isa.rawValue)",
                basis: ["\(path).isa"])
        }
        if !LabLimits.vcpus.contains(vcpus) {
            report("vcpus", "node '\(name)' has \(vcpus) virtual CPUs; it may have \(LabLimits.vcpus.text)")
        }
        let lowest = LabLimits.lowestMemoryMiB(of: isa)
        if memoryMiB < lowest {
            report(
                "memory",
                "node '\(name)' has \(memoryMiB) MiB of memory; an \(isa.rawValue) guest needs at least \(lowest) MiB",
                basis: ["\(path).isa"])
        } else if memoryMiB > LabLimits.highestMemoryMiB {
            report(
                "memory",
                "node '\(name)' has \(memoryMiB) MiB of memory; at most \(LabLimits.highestMemoryMiB) MiB make sense")
        }
        if let objection = NameRule.objection(to: image) {
            report("image", "'\(image)' is not the name of an image recipe: \(objection)")
        }
        if let kernelArguments, let objection = Self.objection(toArguments: kernelArguments) {
            report("cmdline", "node '\(name)' cannot have these kernel arguments: \(objection)")
        }
        if let kernel, !OwnKernel.isPath(kernel.interface),
            let objection = KernelInterface.objection(toName: kernel.interface)
        {
            report("interface", "'\(kernel.interface)' is not the name of an interface: \(objection)")
        }
        if let model = system?.disk?.model, model != .virtio, isa != .x86_64 {
            report(
                "machine", "an \(isa.rawValue) machine has no disk '\(model.rawValue)': 'virtio' is what it has",
                basis: ["\(path).isa"])
        }
        if let host, !Self.isHypervisor(host) {
            report(
                "host",
                "'\(host)' is not a libvirt URI of QEMU; "
                    + "expected one such as qemu:///session or qemu+ssh://server/system"
            )
        }
        if host == nil, let cpus, let hostCPUs, let missing = cpus.first(notIn: hostCPUs) {
            report("cpus", "node '\(name)' is pinned to CPU \(missing), but this host has the CPUs \(hostCPUs)")
        }
        if let numaNode, !LabLimits.numaNodes.contains(numaNode) {
            report("numa", "node '\(name)' is on NUMA node \(numaNode); Linux numbers them \(LabLimits.numaNodes.text)")
        }
        if let objection = fabric.objection(to: address) {
            report(
                "address", "node '\(name)' cannot have the address \(address): \(objection)", basis: ["fabric.subnet"])
        }
        return problems
    }

    private static func objection(toArguments text: String) -> String? {
        let longest = LabLimits.longestKernelArguments
        if text.utf8.count > longest { return "they have \(text.utf8.count) bytes; at most \(longest) fit" }
        return text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            ? nil : "only printable ASCII characters may stand there"
    }

    /// The driver must be QEMU's; a transport such as `+ssh` makes it remote (libvirt's "Connection URIs").
    private static func isHypervisor(_ uri: String) -> Bool {
        let scheme = uri.prefix { $0 != ":" }
        guard scheme == "qemu" || scheme.hasPrefix("qemu+") && scheme.count > 5 else { return false }
        let rest = uri.dropFirst(scheme.count)
        return rest.hasPrefix("://") && rest.count > 3 && !uri.contains(where: \.isWhitespace)
    }
}

extension FabricSpec {
    /// The reason why a node cannot have `address`, as the end of a sentence; `nil` if it can.
    fileprivate func objection(to address: IPv4Address) -> String? {
        if !subnet.contains(address) { return "it lies outside the fabric's subnet \(subnet)" }
        if address == subnet.network { return "it is the network address of \(subnet)" }
        if address == subnet.broadcast { return "it is the broadcast address of \(subnet)" }
        return nil
    }

    fileprivate var problems: [LabProblem] {
        var problems: [LabProblem] = []
        if subnet.host(firstHost) == nil {
            problems.append(
                LabProblem(
                    "fabric.first_host",
                    "the first host \(firstHost) does not exist in \(subnet), "
                        + "whose hosts are \((1...subnet.hostCount).text)",
                    basis: ["fabric.subnet"]))
        }
        if let mtu, !LabLimits.mtu.contains(mtu) {
            problems.append(LabProblem("fabric.mtu", "the MTU is \(mtu) bytes; it may be \(LabLimits.mtu.text)"))
        }
        return problems
    }
}

extension MessageLayerSpec {
    fileprivate var problems: [LabProblem] {
        var problems: [LabProblem] = []
        if !LabLimits.ports.contains(port) {
            problems.append(
                LabProblem("message_layer.port", "\(port) is not a TCP port; expected \(LabLimits.ports.text)"))
        }
        let silences = [
            ("silent_after", silentMilliseconds, "silent"), ("dead_after", deadMilliseconds, "gone"),
        ]
        problems += silences.compactMap { key, value, state in
            value.flatMap { Self.problem(with: $0, key, state) }
        }
        if let silent = silentMilliseconds, let dead = deadMilliseconds, silent > dead {
            problems.append(
                LabProblem(
                    "message_layer.silent_after",
                    "a peer is gone after \(TimeSpan(milliseconds: dead)), before it counts as silent"))
        }
        return problems
    }

    private static func problem(with milliseconds: Int, _ key: String, _ state: String) -> LabProblem? {
        let limits = LabLimits.silenceMilliseconds
        guard !limits.contains(milliseconds) else { return nil }
        let lowest = TimeSpan(milliseconds: limits.lowerBound)
        let highest = TimeSpan(milliseconds: limits.upperBound)
        return LabProblem(
            "message_layer.\(key)",
            "a peer counts as \(state) after \(TimeSpan(milliseconds: milliseconds)); it may be \(lowest) to \(highest)"
        )
    }
}

extension InputError {
    /// One error for all problems of a lab; `nil` if there are none.
    init?(_ problems: [LabProblem]) {
        guard let first = problems.first else { return nil }
        let list = problems.map { "\n  \($0.message)" }.joined()
        self.init(.inconsistent, problems.count == 1 ? first.message : "the lab has \(problems.count) problems:\(list)")
    }
}

extension CPUList {
    /// The lowest CPU of this list that `other` lacks.
    fileprivate func first(notIn other: CPUList) -> Int? {
        for range in ranges {
            for cpu in range where !other.contains(cpu) { return cpu }
        }
        return nil
    }
}

extension ClosedRange<Int> {
    /// As people write it: `1 to 32`.
    fileprivate var text: String { "\(lowerBound) to \(upperBound)" }
}
