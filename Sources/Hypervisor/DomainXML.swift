import ISA
import Topology

/// A domain's description in libvirt's XML (https://libvirt.org/formatdomain.html).
///
/// The machine has what a test guest uses and nothing else: a console, two NICs, perhaps a disk. Machine and CPU models are
/// the fastest to boot that were measured with QEMU 7.2 under TCG.
enum DomainXML {
    /// The name by which we address the console's backend: libvirt puts `char` before a device's alias.
    static let consoleAlias = "ua-console"

    /// The description as text.
    ///
    /// - Throws: `HypervisorError` with `invalidSpec`.
    static func text(of spec: DomainSpec, labels: SecurityLabels? = nil) throws(HypervisorError) -> String {
        try spec.validate()
        return domain(spec, labels).rendered()
    }

    private static func domain(_ spec: DomainSpec, _ labels: SecurityLabels?) -> XMLElement {
        XMLElement(
            "domain",
            [
                "type": spec.accelerator == .kvm ? "kvm" : "qemu",
                "xmlns:qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
            ]
        ) {
            XMLElement("name", text: spec.name)
            XMLElement("uuid", text: spec.uuid)
            XMLElement("metadata") { spec.metadata.element }
            XMLElement("memory", ["unit": "MiB"], text: "\(spec.memoryMiB)")
            XMLElement("vcpu", text: "\(spec.vcpus)")
            placement(spec)
            boot(spec)
            features(spec)
            cpu(spec)
            // A lab has no use for sleep states and no guest may come back from a reset: its end is a result.
            if spec.isa == .x86_64 {
                XMLElement("clock", ["offset": "utc"]) { XMLElement("timer", ["name": "hpet", "present": "no"]) }
            }
            XMLElement("on_poweroff", text: "destroy")
            XMLElement("on_reboot", text: "destroy")
            XMLElement("on_crash", text: "destroy")
            devices(spec)
            labels?.elements ?? []
            QEMUArguments(spec).element
        }
    }

    @XMLChildren private static func placement(_ spec: DomainSpec) -> [XMLElement] {
        let cpus = list(spec.placement.hostCPUs)
        if !cpus.isEmpty {
            XMLElement("cputune") {
                for index in 0..<spec.vcpus { XMLElement("vcpupin", ["vcpu": "\(index)", "cpuset": cpus]) }
                XMLElement("emulatorpin", ["cpuset": cpus])
            }
        }
        let nodes = list(spec.placement.memoryNodes)
        if !nodes.isEmpty {
            XMLElement("numatune") { XMLElement("memory", ["mode": "strict", "nodeset": nodes]) }
        }
    }

    private static func list(_ numbers: [Int]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }

    private static func boot(_ spec: DomainSpec) -> XMLElement {
        XMLElement("os") {
            XMLElement("type", ["arch": spec.isa.machine, "machine": machine(spec.isa)], text: "hvm")
            XMLElement("kernel", text: spec.kernel)
            if let initramfs = spec.initramfs { XMLElement("initrd", text: initramfs) }
            XMLElement("cmdline", text: spec.commandLine)
        }
    }

    private static func machine(_ isa: ISA) -> String {
        switch isa {
        case .x86_64: "q35"
        case .aarch64: "virt"
        }
    }

    /// libvirt refuses ACPI on aarch64 without UEFI.
    private static func features(_ spec: DomainSpec) -> XMLElement {
        XMLElement("features") {
            // By what the guest's kernel writes there, `crash` finds its way in a core.
            XMLElement("vmcoreinfo", ["state": "on"])
            switch spec.isa {
            case .x86_64:
                XMLElement("acpi")
                XMLElement("apic")
            case .aarch64:
                // Version 2 ends at eight CPUs. Under KVM the host's hardware decides, which libvirt asks.
                if spec.accelerator == .tcg { XMLElement("gic", ["version": "3"]) }
            }
        }
    }

    private static func cpu(_ spec: DomainSpec) -> XMLElement {
        if let model = spec.cpuModel { return custom(model) }
        switch (spec.accelerator, spec.isa) {
        case (.kvm, _): return XMLElement("cpu", ["mode": "host-passthrough"])
        // It has RDRAND: with a model that lacks it, user space waits a second for its first random bytes. With ERMS
        // or FSRM the kernel copies by `rep movsb`, which TCG does byte by byte: files are read three times slower.
        case (.tcg, .x86_64):
            return XMLElement("cpu", ["mode": "maximum", "check": "none"]) {
                for name in ["erms", "fsrm"] { XMLElement("feature", ["policy": "disable", "name": name]) }
            }
        // The maximal model boots five times slower, for emulated pointer authentication.
        case (.tcg, .aarch64): return custom("cortex-a72")
        }
    }

    private static func custom(_ model: String) -> XMLElement {
        XMLElement("cpu", ["mode": "custom", "match": "exact", "check": "none"]) {
            XMLElement("model", ["fallback": "forbid"], text: model)
        }
    }

    private static func devices(_ spec: DomainSpec) -> XMLElement {
        XMLElement("devices") {
            XMLElement("controller", ["type": "usb", "model": "none"])
            XMLElement("serial", ["type": "unix"]) {
                XMLElement("source", ["mode": "bind", "path": spec.consoleSocket])
                XMLElement("target", ["type": spec.isa == .x86_64 ? "isa-serial" : "system-serial", "port": "0"])
                XMLElement("alias", ["name": consoleAlias])
            }
            XMLElement("memballoon", ["model": "none"])
        }
    }
}

extension DomainSpec {
    /// The domain in libvirt's language, for people to read; `HypervisorConnection` makes its own.
    ///
    /// - Throws: `HypervisorError` with `invalidSpec`.
    package func xml() throws -> String { try DomainXML.text(of: self) }
}
