import ISA

/// Something that a lab needs of a guest's kernel.
package struct KernelNeed: Sendable {
    /// What becomes of a lab whose kernel lacks it.
    package enum Weight: String, Codable, Sendable {
        /// The guest does not come up.
        case required
        /// The lab works, but for what is said.
        case useful
    }

    /// The kernel's options, all of which it takes.
    package let options: [KernelOption]
    /// What the lab uses it for.
    package let purpose: String
    /// What becomes of a lab without it.
    package let weight: Weight

    /// Whether a kernel has it.
    package enum Verdict: String, Codable, Sendable {
        case builtIn = "built in"
        /// As modules that are loaded.
        case module
        /// As modules that nobody gave.
        case moduleMissing = "module missing"
        case missing
        /// Nothing tells how the kernel was built.
        case unknown
    }

    /// - Parameter modules: the names of the modules that the guest loads, or that lie with the kernel.
    package func verdict(of configuration: KernelConfiguration?, modules: Set<String>) -> Verdict {
        guard let configuration else {
            // A module that is at hand speaks for itself.
            let loaded = options.compactMap(\.module).allSatisfy(modules.contains)
            return loaded && options.contains { $0.module != nil } ? .module : .unknown
        }
        let verdicts = options.map { option -> Verdict in
            switch configuration[option.name] {
            case .builtIn, .other: .builtIn
            case .module: option.module.map(modules.contains) == true ? .module : .moduleMissing
            case nil: .missing
            }
        }
        for worst in [Verdict.missing, .moduleMissing, .module] where verdicts.contains(worst) { return worst }
        return .builtIn
    }

    /// What every lab needs of a kernel for this ISA, whatever its devices.
    package static func all(for isa: ISA) -> [KernelNeed] {
        func need(_ weight: Weight, _ options: String..., purpose: String) -> KernelNeed {
            KernelNeed(options: options.map { KernelOption($0) }, purpose: purpose, weight: weight)
        }
        let console =
            switch isa {
            case .x86_64: ["SERIAL_8250", "SERIAL_8250_CONSOLE"]
            case .aarch64: ["SERIAL_AMBA_PL011", "SERIAL_AMBA_PL011_CONSOLE"]
            }
        return [
            need(.required, "BLK_DEV_INITRD", purpose: "starts the guest from an initramfs"),
            need(.required, "BINFMT_ELF", purpose: "runs programs"),
            need(.required, "PROC_FS", purpose: "/proc, where kernels tell of their peers"),
            need(.required, "SYSFS", purpose: "/sys, where init finds devices"),
            need(.required, "DEVTMPFS", purpose: "fills /dev"),
            need(.required, "TMPFS", purpose: "/run, which init and the SSH server write to"),
            need(.required, "PRINTK", purpose: "the kernel's log, by which membership is known"),
            KernelNeed(
                options: console.map { KernelOption($0) }, purpose: "the serial console", weight: .required),
            need(.required, "NET", "INET", purpose: "TCP, which carries messages and SSH"),
            need(.required, "FUTEX", "SIGNALFD", "INOTIFY_USER", purpose: "init's own system calls"),
            need(.required, "MODULES", purpose: "loads the message layer"),
            need(.useful, "UNIX98_PTYS", purpose: "terminals of `popcorn-lab ssh`"),
            need(.useful, "MAGIC_SYSRQ", purpose: "`popcorn-lab fault NODE panic`"),
            KernelNeed(
                options: [KernelOption("NET_SCH_NETEM", module: "sch_netem")],
                purpose: "`popcorn-lab net delay`, `loss` and `rate`", weight: .useful),
            KernelNeed(
                options: [KernelOption("EXT4_FS", module: "ext4")], purpose: "disks with ext4", weight: .useful),
        ]
    }

    /// The driver of a device.
    package static func driver(of device: KernelDevice, purpose: String, weight: Weight) -> KernelNeed {
        KernelNeed(options: device.options, purpose: purpose, weight: weight)
    }
}
