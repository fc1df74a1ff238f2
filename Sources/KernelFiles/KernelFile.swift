import Archives
import Binaries
import ISA
import Support

/// A kernel that a guest can be started from, and what its file tells of it.
package struct KernelFile: Sendable {
    /// The form of the file, by the names that the kernel's build system uses.
    package enum Format: String, Codable, Sendable {
        /// Compressed x86-64, with its own loader.
        case bzImage
        /// aarch64.
        case image = "Image"
        /// aarch64, compressed by gzip; QEMU unpacks it.
        case packedImage = "Image.gz"
        /// The ELF file that the others are made of.
        case vmlinux
    }

    /// Where it lies, absolute.
    package let path: String
    /// The form of the file.
    package let format: Format
    /// What it runs on.
    package let isa: ISA
    /// As `uname -r` says it.
    package let release: String
    /// What it calls itself in full, such as `4.4.137 (user@host) #1 SMP …`.
    package let banner: String
    /// The options it was built with; `nil` if neither it nor a file near it tells.
    package let configuration: KernelConfiguration?
    /// Of the file, in bytes.
    package let size: Int
    /// SHA-256 of the file, in hex.
    package let digest: String
    /// Whether QEMU can start the file as it is: an x86-64 vmlinux only with a PVH entry, an aarch64 one never.
    package let isBootable: Bool

    /// Reads a kernel.
    ///
    /// - Throws: `KernelError` if there is no such file, or it is no kernel, or it is damaged.
    package init(path: String) throws {
        try self.init(try Self.content(of: path), path: path)
    }

    /// - Parameters:
    ///   - bytes: the file's.
    ///   - path: where it lies; options are looked for near it if it does not carry them.
    init(_ bytes: [UInt8], path: String) throws {
        self.path = path
        size = bytes.count
        digest = SHA256.hex(of: bytes)
        let kernel: [UInt8]
        var version: String?
        if BzImage.isOne(bytes) {
            let image = try BzImage(bytes, name: path)
            (format, isa) = (.bzImage, .x86_64)
            version = try image.version
            kernel = try image.vmlinux()
            isBootable = true
        } else if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            let elf = try Self.elf(bytes, path)
            guard let isa = elf.isa else {
                throw KernelError(.format, "'\(path)' is for an ISA that no node has (ELF machine \(elf.machine))")
            }
            (format, self.isa, kernel) = (.vmlinux, isa, bytes)
            // XEN_ELFNOTE_PHYS32_ENTRY, by which QEMU starts an ELF kernel.
            isBootable = isa == .x86_64 && elf.notes.contains { $0.owner == "Xen" && $0.type == 18 }
        } else {
            let isPacked = bytes.starts(with: [0x1F, 0x8B])
            kernel = isPacked ? try Self.unpacked(bytes, path) : bytes
            guard Self.isImage(kernel) else {
                throw KernelError(
                    .format, "'\(path)' is not a kernel",
                    hint: "expected bzImage or vmlinux of x86-64, or Image, Image.gz or vmlinux of aarch64")
            }
            (format, isa, isBootable) = (isPacked ? .packedImage : .image, .aarch64, true)
            try Self.checkLength(kernel, path)
        }
        let text = try version ?? Self.banner(in: kernel, path)
        banner = text
        release = String(text.prefix { $0 != " " })
        configuration = try KernelConfiguration(embeddedIn: kernel) ?? Self.configuration(near: path, release: release)
    }

    static func content(of path: String) throws -> [UInt8] {
        var status = stat()
        guard path.withBytes({ stat($0, &status) }) == 0 else {
            throw KernelError(.unreadable, "cannot read '\(path)': \(errorText(errno))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw KernelError(.unreadable, "'\(path)' is not a regular file")
        }
        do {
            return Array(try AtomicFile.contents(of: path))
        } catch let error as SystemError {
            throw KernelError(.unreadable, "cannot read '\(path)': \(errorText(error.errno))")
        }
    }

    private static func elf(_ bytes: [UInt8], _ path: String) throws -> ELFFile {
        let elf: ELFFile
        do {
            elf = try ELFFile(bytes, name: path)
        } catch {
            throw KernelError(.format, error.summary, hint: error.hint)
        }
        switch elf.kind {
        case .executable, .positionIndependent: break
        case .relocatable:
            throw KernelError(
                .format, "'\(path)' is an object file or a module, not a kernel", hint: "modules go below `modules:`")
        case .other: throw KernelError(.format, "'\(path)' is an ELF file, but not a kernel")
        }
        guard bytes.place(of: "Linux version ") != nil else {
            throw KernelError(.format, "'\(path)' is a program, not a kernel")
        }
        return elf
    }

    private static func unpacked(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
        do {
            return try ArchiveReader.decompressed(bytes, name: path)
        } catch let error as ArchiveError {
            throw KernelError(.format, "'\(path)' is damaged: \(error.summary)", hint: "copy or build it again")
        }
    }

    /// Documentation/arm64/booting.rst: the magic number at 56.
    private static func isImage(_ bytes: [UInt8]) -> Bool {
        bytes.count > 64 && bytes[56..<60].elementsEqual([0x41, 0x52, 0x4D, 0x64])
    }

    /// The header gives the size in memory, which is more than the file's by what needs no content (bss). A file that has
    /// less than half of that was cut off.
    private static func checkLength(_ bytes: [UInt8], _ path: String) throws {
        let failure = KernelError(.format, "'\(path)' is truncated", hint: "copy or build it again")
        let size: UInt64 = try ByteReader(bytes, failure: failure).number(at: 16)
        guard size == 0 || UInt64(bytes.count) >= size / 2 else { throw failure }
    }

    /// What the kernel prints first: `Linux version 4.4.137 (…) …`.
    private static func banner(in kernel: [UInt8], _ path: String) throws -> String {
        let mark = "Linux version "
        var place = kernel.place(of: mark)
        // A format string of the same beginning may come first.
        while let start = place {
            let text = kernel[(start + mark.utf8.count)...].prefix { $0 >= 0x20 && $0 < 0x7F }
            if text.first.map({ (0x30...0x39).contains($0) }) == true { return String(decoding: text, as: UTF8.self) }
            place = kernel.place(of: mark, from: start + 1)
        }
        throw KernelError(
            .format, "'\(path)' is truncated or no Linux kernel: it does not tell its version",
            hint: "copy or build it again")
    }

    /// `.config` beside the file or above it, as in a tree that was built; or `config-RELEASE` beside `vmlinuz-RELEASE`.
    private static func configuration(near path: String, release: String) -> KernelConfiguration? {
        var directory = AbsolutePath.parent(of: path)
        var places = [directory + "/config-" + release]
        // arch/ISA/boot/Image lies three folders below the tree's root.
        for _ in 0..<4 {
            places.append(directory + "/.config")
            directory = AbsolutePath.parent(of: directory)
        }
        for place in places {
            guard let bytes = try? AtomicFile.contents(of: place) else { continue }
            return KernelConfiguration(parsing: String(decoding: bytes, as: UTF8.self), origin: .file(place))
        }
        return nil
    }
}
