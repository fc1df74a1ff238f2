import Archives
import Binaries
import ISA
import KernelFiles
import Support

/// A kernel in the form that starts fastest under QEMU.
struct KernelImage: Sendable {
    var bytes: [UInt8]
    var format: GuestImage.KernelFormat

    /// - Parameter package: the content of `/boot/vmlinuz-*`.
    init(package: [UInt8], isa: ISA) throws {
        switch isa {
        case .x86_64:
            if let kernel = Self.vmlinux(bzImage: package) {
                (bytes, format) = (kernel, .vmlinux)
            } else {
                (bytes, format) = (package, .bzImage)
            }
        case .aarch64:
            let gzip = package.starts(with: [0x1F, 0x8B])
            bytes = gzip ? try ArchiveReader.decompressed(package, name: "vmlinuz") : package
            format = .image
            // Documentation/arm64/booting.rst: the magic number at 56.
            let failure = ImageError(.corrupt, "the kernel package holds no arm64 Image")
            guard try ByteReader(bytes, failure: failure).number(at: 56, as: UInt32.self) == 0x644D_5241 else {
                throw failure
            }
        }
    }

    /// The ELF kernel inside a bzImage; `nil` if there is anything unusual about it.
    static func vmlinux(bzImage: [UInt8]) -> [UInt8]? {
        guard let kernel = try? BzImage(bzImage, name: "vmlinuz").vmlinux(),
            let elf = try? ELFFile(kernel, name: "vmlinux"), elf.isa == .x86_64,
            // XEN_ELFNOTE_PHYS32_ENTRY: without it QEMU cannot start an ELF kernel.
            elf.notes.contains(where: { $0.owner == "Xen" && $0.type == 18 })
        else { return nil }
        return kernel
    }
}
