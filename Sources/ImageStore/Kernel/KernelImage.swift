import Binaries
import ISA
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
            bytes = gzip ? try Self.unpack(package, name: "vmlinuz") : package
            format = .image
            // Documentation/arm64/booting.rst: the magic number at 56.
            let failure = ImageError(.corrupt, "the kernel package holds no arm64 Image")
            guard try ByteReader(bytes, failure: failure).number(at: 56, as: UInt32.self) == 0x644D_5241 else {
                throw failure
            }
        }
    }

    /// The ELF kernel inside a bzImage; `nil` if there is anything unusual about it.
    ///
    /// Documentation/x86/boot.rst: the payload follows the real-mode part; its last four bytes are its unpacked size.
    static func vmlinux(bzImage: [UInt8]) -> [UInt8]? {
        guard let payload = try? payload(bzImage: bzImage),
            let kernel = try? unpack(payload.packed, name: "vmlinux"), kernel.count == payload.unpackedSize,
            let elf = try? ELFFile(kernel, name: "vmlinux"), elf.isa == .x86_64,
            // XEN_ELFNOTE_PHYS32_ENTRY: without it QEMU cannot start an ELF kernel.
            elf.notes.contains(where: { $0.owner == "Xen" && $0.type == 18 })
        else { return nil }
        return kernel
    }

    private static func payload(bzImage: [UInt8]) throws -> (packed: [UInt8], unpackedSize: UInt32) {
        let failure = ImageError(.corrupt, "the kernel package holds no bzImage")
        let file = ByteReader(bzImage, failure: failure)
        let length: UInt32 = try file.number(at: 0x24C)
        guard try file.number(at: 0x202, as: UInt32.self) == 0x5372_6448,
            try file.number(at: 0x206, as: UInt16.self) >= 0x208, length > 4
        else { throw failure }
        let setup: UInt8 = try file.number(at: 0x1F1)
        let start = (UInt64(setup == 0 ? 4 : setup) + 1) * 512 + UInt64(try file.number(at: 0x248, as: UInt32.self))
        return (
            Array(try file.bytes(at: start, count: length - 4)), try file.number(at: start + UInt64(length) - 4)
        )
    }

    private static func unpack(_ bytes: [UInt8], name: String) throws -> [UInt8] {
        let reader = try ArchiveReader(bytes: bytes, format: .compressedStream, name: name)
        guard try reader.next() != nil else { throw ImageError(.corrupt, "\(name) is empty") }
        return try reader.content()
    }
}
