/// A device that a guest's kernel must have a driver for. The raw values are QEMU's names.
package enum KernelDevice: String, CaseIterable, Sendable {
    case e1000
    case virtioNetPCI = "virtio-net-pci"
    case virtioNetMMIO = "virtio-net-device"
    case virtioBlockPCI = "virtio-blk-pci"
    case virtioBlockMMIO = "virtio-blk-device"
    case ide
    case ahci
    case virtioSerialPCI = "virtio-serial-pci"
    case virtioSerialMMIO = "virtio-serial-device"

    /// The kernel's options that make its driver, all of which it needs.
    package var options: [KernelOption] {
        let virtioPCI = [KernelOption("PCI"), KernelOption("VIRTIO_PCI", module: "virtio_pci")]
        let virtioMMIO = [KernelOption("VIRTIO_MMIO", module: "virtio_mmio")]
        switch self {
        case .e1000: return [KernelOption("PCI"), KernelOption("E1000", module: "e1000")]
        case .virtioNetPCI: return virtioPCI + [KernelOption("VIRTIO_NET", module: "virtio_net")]
        case .virtioNetMMIO: return virtioMMIO + [KernelOption("VIRTIO_NET", module: "virtio_net")]
        case .virtioBlockPCI: return virtioPCI + [KernelOption("VIRTIO_BLK", module: "virtio_blk")]
        case .virtioBlockMMIO: return virtioMMIO + [KernelOption("VIRTIO_BLK", module: "virtio_blk")]
        case .ide: return [KernelOption("PCI"), KernelOption("ATA_PIIX", module: "ata_piix")]
        case .ahci: return [KernelOption("PCI"), KernelOption("SATA_AHCI", module: "ahci")]
        case .virtioSerialPCI: return virtioPCI + [KernelOption("VIRTIO_CONSOLE", module: "virtio_console")]
        case .virtioSerialMMIO: return virtioMMIO + [KernelOption("VIRTIO_CONSOLE", module: "virtio_console")]
        }
    }
}

/// An option of the kernel's configuration, and the module that it makes when it is set to `m`.
package struct KernelOption: Sendable, Hashable {
    /// Without `CONFIG_`.
    package let name: String
    /// The module's name; `nil` for an option that can only be built in.
    package let module: String?

    init(_ name: String, module: String? = nil) {
        self.name = name
        self.module = module
    }
}
