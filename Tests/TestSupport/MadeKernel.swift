import FoundationEssentials
import ISA
import Support

/// Files that look like kernels as far as their formats say, with a content of the test's own.
package struct MadeKernel {
    package let scratch: Scratch
    package var release = "4.4.137"
    /// The lines of `.config` that the kernel carries; `nil` for none.
    package var configuration: String?

    package init(scratch: Scratch) { self.scratch = scratch }

    /// In a folder of its own.
    package init() throws { self.init(scratch: try Scratch()) }

    /// All that a lab needs of a kernel for this ISA, with this network card's driver.
    package static func enough(_ isa: ISA, card: String = "E1000") -> [String] {
        let console = isa == .x86_64 ? "SERIAL_8250" : "SERIAL_AMBA_PL011"
        return [
            "BLK_DEV_INITRD", "BINFMT_ELF", "PROC_FS", "SYSFS", "DEVTMPFS", "TMPFS", "PRINTK", console,
            console + "_CONSOLE", "NET", "INET", "FUTEX", "SIGNALFD", "INOTIFY_USER", "MODULES", "PCI", card,
        ]
    }

    private func gzip(_ bytes: [UInt8]) async throws -> [UInt8] {
        try scratch.write(bytes, to: "unpacked")
        try await scratch.run("gzip", ["-9nf", "unpacked"], package: "gzip")
        return scratch.read("unpacked.gz") ?? []
    }

    /// What is in any kernel: its banner behind a format string of the same beginning, and the options.
    private func content() async throws -> [UInt8] {
        var bytes = Array("Linux version %s\0Linux version \(release) (a@b) (gcc) #1 SMP\n\0".utf8)
        if let configuration {
            bytes += Array("IKCFG_ST".utf8) + (try await gzip(Array(configuration.utf8))) + Array("IKCFG_ED".utf8)
        }
        return bytes + [UInt8](repeating: 7, count: 4096)
    }

    /// The aarch64 kernel: a header of 64 bytes, then the rest.
    package func image() async throws -> [UInt8] {
        let content = try await content()
        var header = [UInt8](repeating: 0, count: 64)
        put(UInt64(content.count + 64 + 1000), at: 16, in: &header)
        header.replaceSubrange(56..<60, with: [0x41, 0x52, 0x4D, 0x64])
        return header + content
    }

    package func packedImage() async throws -> [UInt8] { try await gzip(try await image()) }

    /// The x86-64 kernel: the real-mode part of two sectors, then what is packed.
    package func bzImage() async throws -> [UInt8] {
        let payload = try await gzip(try await content())
        var bytes = [UInt8](repeating: 0, count: 1024)
        bytes[0x1F1] = 1
        bytes.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
        put(UInt16(0x20D), at: 0x206, in: &bytes)
        put(UInt16(0x300 - 0x200), at: 0x20E, in: &bytes)
        put(UInt32(0), at: 0x248, in: &bytes)
        put(UInt32(payload.count), at: 0x24C, in: &bytes)
        let version = Array("\(release) (a@b) #1 SMP\0".utf8)
        bytes.replaceSubrange(0x300..<(0x300 + version.count), with: version)
        return bytes + payload
    }

    /// A module with the same `.modinfo` as a real one.
    package func module(_ name: String, isa: ISA = .x86_64, versionMagic: String? = nil) async throws -> [UInt8] {
        let magic = versionMagic ?? "\(release) SMP mod_unload"
        let compiler = isa == .x86_64 ? "x86_64-linux-gnu-gcc" : "aarch64-linux-gnu-gcc"
        let text = ["vermagic=\(magic)", "depends=a-b,c", "parmtype=ip:charp", "parm=ip:addresses"]
            .map { "\($0)\\0" }.joined()
        try scratch.write(
            "const char info[] __attribute__((section(\".modinfo\"))) = \"\(text)\";\n", to: "\(name).c")
        try await scratch.run(compiler, ["-c", "-o", "\(name).ko", "\(name).c"], package: "gcc")
        return scratch.read("\(name).ko") ?? []
    }

    private func put<Number: FixedWidthInteger>(_ number: Number, at place: Int, in bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(place..<(place + $0.count), with: $0) }
    }
}
