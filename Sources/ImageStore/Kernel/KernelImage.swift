import ISA
import Support
import Topology

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
            bytes = gzip ? try Self.unpack(package, name: "vmlinuz") : package
            format = .image
            // Documentation/arm64/booting.rst: the magic number at 56.
            guard ByteReader(bytes).u32(56) == 0x644D_5241 else {
                throw ImageError(.corrupt, "the kernel package holds no arm64 Image")
            }
        }
    }

    /// The ELF kernel inside a bzImage; `nil` if there is anything unusual about it.
    ///
    /// Documentation/x86/boot.rst: the payload follows the real-mode part; its last four bytes are its unpacked size.
    static func vmlinux(bzImage: [UInt8]) -> [UInt8]? {
        let file = ByteReader(bzImage)
        guard file.u32(0x202) == 0x5372_6448, let version = file.u16(0x206), version >= 0x208,
            bzImage.count > 0x1F1, let offset = file.u32(0x248), let length = file.u32(0x24C), length > 4
        else { return nil }
        let setup = Int(bzImage[0x1F1] == 0 ? 4 : bzImage[0x1F1])
        let start = (setup + 1) * 512 + Int(offset)
        let end = start + Int(length) - 4
        guard end <= bzImage.count - 4, let size = file.u32(end),
            let kernel = try? unpack(Array(bzImage[start..<end]), name: "vmlinux"), kernel.count == Int(size),
            let elf = ELFFile(kernel), elf.machine == ISA.x86_64.elfMachine,
            // XEN_ELFNOTE_PHYS32_ENTRY: without it QEMU cannot start an ELF kernel.
            elf.notes.contains(where: { $0.owner == "Xen" && $0.type == 18 })
        else { return nil }
        return kernel
    }

    private static func unpack(_ bytes: [UInt8], name: String) throws -> [UInt8] {
        let reader = try ArchiveReader(bytes: bytes, format: .compressedStream, name: name)
        guard try reader.next() != nil else { throw ImageError(.corrupt, "\(name) is empty") }
        return try reader.content()
    }
}
