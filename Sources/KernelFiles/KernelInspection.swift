import ISA

/// What a lab makes of a kernel: what it is, what it has, and what it lacks.
package struct KernelInspection: Sendable, Encodable {
    /// One need of labs, and whether it is met.
    package struct Finding: Sendable, Encodable {
        /// The kernel's options, with `CONFIG_`.
        package let options: [String]
        /// What a lab uses it for.
        package let purpose: String
        /// What becomes of a lab without it.
        package let weight: KernelNeed.Weight
        /// Whether the kernel has it.
        package let verdict: KernelNeed.Verdict
    }

    /// A module that lies with the kernel.
    package struct Module: Sendable, Encodable {
        /// As the kernel knows it.
        package let name: String
        /// Where it lies.
        package let path: String
        /// The kernel that it was built for, and what else must be the same.
        package let versionMagic: String
        /// The names of its parameters.
        package let parameters: [String]
        /// Why it does not fit the kernel; `nil` if it does.
        package let objection: String?
    }

    /// Where the kernel lies.
    package let path: String
    /// The form of its file.
    package let format: KernelFile.Format
    /// What it runs on.
    package let isa: ISA
    /// As `uname -r` says it.
    package let release: String
    /// What it calls itself in full.
    package let banner: String
    /// SHA-256 of the file, in hex.
    package let digest: String
    /// Whether QEMU can start the file as it is.
    package let isBootable: Bool
    /// `image`, the path of a file, or `nil` if nothing tells how the kernel was built.
    package let configuration: String?
    /// What every lab needs.
    package let needs: [Finding]
    /// The network cards and the port for init's reports, of which a lab takes one each.
    package let devices: [Finding]
    /// The modules that lie with it.
    package let modules: [Module]

    /// Looks at a kernel and its modules.
    package init(_ tree: KernelTree) {
        let kernel = tree.kernel
        path = kernel.path
        format = kernel.format
        isa = kernel.isa
        release = kernel.release
        banner = kernel.banner
        digest = kernel.digest
        isBootable = kernel.isBootable
        switch kernel.configuration?.origin {
        case .image: configuration = "image"
        case .file(let file): configuration = file
        case nil: configuration = nil
        }
        let fitting = Set(tree.modules.filter { $0.objection(to: kernel) == nil }.map(\.name))
        func finding(_ need: KernelNeed) -> Finding {
            Finding(
                options: need.options.map { "CONFIG_" + $0.name }, purpose: need.purpose, weight: need.weight,
                verdict: need.verdict(of: kernel.configuration, modules: fitting))
        }
        needs = KernelNeed.all(for: kernel.isa).map(finding)
        devices = KernelDevice.allCases.map {
            finding(.driver(of: $0, purpose: $0.rawValue, weight: .useful))
        }
        modules = tree.modules.map { module in
            Module(
                name: module.name, path: module.path, versionMagic: module.versionMagic,
                parameters: module.parameters, objection: module.objection(to: kernel))
        }
    }

    /// The network cards for which the kernel has a driver.
    package var networkCards: [KernelDevice] {
        [.virtioNetPCI, .virtioNetMMIO, .e1000].filter { card in
            devices.contains { $0.purpose == card.rawValue && ($0.verdict == .builtIn || $0.verdict == .module) }
        }
    }

    /// What stands in the way of a lab with this kernel, in sentences; empty if nothing is known to.
    package var obstacles: [String] {
        var result: [String] = []
        if !isBootable {
            result.append(
                "QEMU cannot start this vmlinux as it is: name \(isa == .x86_64 ? "bzImage" : "Image") instead")
        }
        for need in needs where need.weight == .required {
            guard need.verdict == .missing || need.verdict == .moduleMissing else { continue }
            result.append("\(need.options.joined(separator: ", ")) is missing: \(need.purpose)")
        }
        if configuration != nil, networkCards.isEmpty {
            result.append("no driver of a network card that QEMU has: virtio-net-pci, virtio-net-device or e1000")
        }
        return result
    }
}
