import ArgumentParser
import Topology

/// Which lab: a list of ISAs, or a file.
struct TopologyOptions: ParsableArguments {
    @Argument(
        help: "The nodes: x86,arm or 2*x86,arm or origin=x86,remote=arm.",
        completion: .list(["x86,arm", "x86,x86,arm", "x86,arm,x86,arm"]))
    var spec: String?

    @Option(
        name: .shortAndLong, help: "A lab file instead, such as Configs/x86-arm.yaml; docs/topology.md lists its keys.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Virtual CPUs of each node for which the lab file has no number (default: 1 or 2, by the host's CPUs).",
            valueName: "N"))
    var vcpus: Int?

    @OptionGroup var kernels: KernelOptions

    func validate() throws {
        if let vcpus, !LabLimits.vcpus.contains(vcpus) {
            throw ValidationError(
                "--vcpus must be from \(LabLimits.vcpus.lowerBound) to \(LabLimits.vcpus.upperBound).")
        }
    }

    /// The lab that these options describe; `name` overrides the file's.
    func resolve(name: String? = nil) throws -> LabSpec {
        var lab: LabSpec
        switch (spec, file) {
        case (let spec?, nil): lab = try LabSpec(spec: spec, vcpus: defaultVCPUs)
        case (nil, let file?): lab = try LabSpec(yamlFile: file, vcpus: defaultVCPUs)
        case (nil, nil): throw ValidationError("Name the nodes (x86,arm) or a lab file (-f FILE).")
        case (_?, _?): throw ValidationError("Give either a list of ISAs or -f FILE, not both.")
        }
        if let name { lab.name = name }
        try kernels.apply(to: &lab)
        return lab
    }

    private var defaultVCPUs: DefaultVCPUs {
        if let vcpus { return .each(vcpus) }
        return (CPUList.usable ?? CPUList.online).map { .sharing(hostCPUs: $0.count) } ?? .each(DefaultVCPUs.most)
    }
}
