/// How a disk is plugged in. The kernel, or what starts it, must have a driver for it.
package enum DiskModel: String, CaseIterable, Codable, Sendable {
    /// On the machine's virtio bus.
    case virtio
    /// A PIIX3 controller of the 1990s on a PCI bus, which kernels without virtio know.
    case ide
    /// The SATA controller that PCs have had since.
    case ahci

    /// The device file that a disk without partitions has in the guest, if it is the first of its kind.
    package var device: String {
        switch self {
        case .virtio: "/dev/vda"
        case .ide, .ahci: "/dev/sda"
        }
    }
}

/// A disk image of the user's own that a guest boots from, as it is.
package struct GuestDisk: Codable, Sendable, Hashable {
    /// What is in the image's file. The raw values are QEMU's names.
    package enum Format: String, CaseIterable, Codable, Sendable {
        case raw
        case qcow2
    }

    /// The image; absolute.
    package var path: String
    /// What is in its file.
    package var format: Format
    /// The file system that becomes `/`, as the kernel's argument `root=` names it; `nil` for the whole disk.
    package var root: String?
    /// Whether what the guest writes is forgotten with the guest: the image is never written to.
    package var isSnapshot: Bool
    /// How it is plugged in, if it is not the interface's way.
    package var model: DiskModel?

    /// A disk of which nothing is kept, unless it is said.
    package init(
        path: String, format: Format, root: String? = nil, isSnapshot: Bool = true, model: DiskModel? = nil
    ) {
        self.path = path
        self.format = format
        self.root = root
        self.isSnapshot = isSnapshot
        self.model = model
    }
}
