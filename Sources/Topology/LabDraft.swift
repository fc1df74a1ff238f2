import ISA

/// A lab with the gaps that its author may leave: names and addresses that follow from the place of a node.
struct LabDraft {
    struct Node {
        var name: String?
        var isa: ISA
        var vcpus: Int?
        var memory: MemorySize?
        var image: String?
        var kernelArguments: String?
        var kernel: OwnKernel?
        var system: GuestSystem?
        var host: String?
        var cpus: CPUList?
        var numaNode: Int?
        var address: IPv4Address?
    }

    var name: String?
    var nodes: [Node]
    var fabric = FabricSpec()
    var messageLayer = MessageLayerSpec()
    var vcpus = DefaultVCPUs.each(DefaultVCPUs.most)

    /// Fills the gaps: `x86`, `x86-2`, `arm`, ... for names, the lowest free addresses from the fabric's first host on.
    ///
    /// Names and addresses that the author gave are never taken. The result may still be wrong in other ways; what is
    /// added to the findings here is only that there are too many nodes, or too few addresses for them.
    func completed(hostCPUs: CPUList? = nil) -> (lab: LabSpec, problems: [LabProblem]) {
        let most = LabLimits.nodes.upperBound
        guard nodes.count <= most else {
            var shorter = self
            shorter.nodes = Array(nodes.prefix(most))
            let (lab, problems) = shorter.completed(hostCPUs: hostCPUs)
            let excess = LabProblem("nodes[\(most)]", "the lab has \(nodes.count) nodes; it may have at most \(most)")
            return (lab, problems + [excess])
        }
        var names = Set(nodes.compactMap(\.name))
        var addresses = Set(nodes.compactMap(\.address))
        var problems: [LabProblem] = []
        var lacking: Set<String> = []
        let vcpus = vcpus.perNode(nodes: nodes.count)
        let nodes = nodes.enumerated().map { id, node in
            let name = node.name ?? Self.freeName(for: node.isa, taken: names)
            names.insert(name)
            let address = node.address ?? freeAddress(taken: addresses)
            if let address { addresses.insert(address) }
            // A first host that does not exist is found with the fabric's other values.
            if address == nil, fabric.subnet.host(fabric.firstHost) != nil {
                problems.append(
                    LabProblem(
                        "nodes[\(id)]",
                        "the subnet \(fabric.subnet) has no free address for node '\(name)' "
                            + "from host \(fabric.firstHost) on",
                        basis: ["fabric.subnet", "fabric.first_host"]))
            }
            if address == nil { lacking.insert("nodes[\(id)].address") }
            return NodeSpec(
                name: name, isa: node.isa, vcpus: node.vcpus ?? vcpus,
                memoryMiB: node.memory?.mebibytes ?? NodeSpec.defaultMemoryMiB,
                image: node.image ?? NodeSpec.defaultImage, kernelArguments: node.kernelArguments, kernel: node.kernel,
                system: node.system, host: node.host, cpus: node.cpus, numaNode: node.numaNode,
                address: address ?? fabric.subnet.network)
        }
        let lab = LabSpec(
            name: name ?? LabSpec.defaultName, nodes: nodes, fabric: fabric, messageLayer: messageLayer)
        return (lab, problems + lab.problems(hostCPUs: hostCPUs).filter { !lacking.contains($0.path) })
    }

    private static func freeName(for isa: ISA, taken: Set<String>) -> String {
        var number = 1
        while true {
            let name = number == 1 ? isa.nodeName : "\(isa.nodeName)-\(number)"
            if !taken.contains(name) { return name }
            number += 1
        }
    }

    private func freeAddress(taken: Set<IPv4Address>) -> IPv4Address? {
        var number = fabric.firstHost
        while let address = fabric.subnet.host(number) {
            if !taken.contains(address) { return address }
            number += 1
        }
        return nil
    }
}
