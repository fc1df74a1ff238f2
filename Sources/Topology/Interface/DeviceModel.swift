/// The network card of a guest, by QEMU's name of its device. The kernel must have a driver for it.
package enum NetworkCard: String, CaseIterable, Codable, Sendable {
    /// An Intel card of 1999 on a PCI bus, which kernels without virtio know.
    case e1000
    /// virtio on a PCI bus.
    case virtioPCI = "virtio-net-pci"
    /// virtio without a bus, on aarch64's `virt` machine.
    case virtioMMIO = "virtio-net-device"
}

/// Where the port for init's reports is plugged in.
package enum VirtioBus: String, CaseIterable, Codable, Sendable {
    case pci
    case mmio
}
