import Archives
import Support

/// The compressed x86-64 kernel with its own loader (Documentation/x86/boot.rst).
package struct BzImage: Sendable {
    private let bytes: [UInt8]
    private let name: String

    /// Whether a file begins like one: `HdrS` at 0x202.
    package static func isOne(_ bytes: [UInt8]) -> Bool {
        bytes.count > 0x206 && bytes[0x202..<0x206].elementsEqual("HdrS".utf8)
    }

    /// - Parameter name: what errors call the file.
    /// - Throws: `KernelError` if it is no bzImage of version 2.08 of the boot protocol (Linux 2.6.26) or newer.
    package init(_ bytes: [UInt8], name: String) throws {
        self.bytes = bytes
        self.name = name
        guard Self.isOne(bytes), try file.number(at: 0x206, as: UInt16.self) >= 0x208 else {
            throw KernelError(.format, "'\(name)' is not a bzImage")
        }
    }

    private var file: ByteReader<KernelError> {
        ByteReader(
            bytes,
            failure: KernelError(
                .format, "'\(name)' is truncated: it ends after \(bytes.count) bytes, before what its header names",
                hint: "copy or build it again"))
    }

    /// What `uname -r` and `uname -v` will say, and who built it; empty if the kernel does not tell.
    package var version: String {
        get throws {
            let place: UInt16 = try file.number(at: 0x20E)
            return place == 0 ? "" : try file.text(at: UInt64(place) + 0x200)
        }
    }

    /// The ELF kernel that is packed into it.
    ///
    /// - Throws: `KernelError` if the file is truncated or its content damaged.
    package func vmlinux() throws -> [UInt8] {
        // The payload follows the real-mode part.
        let length: UInt32 = try file.number(at: 0x24C)
        let setup: UInt8 = try file.number(at: 0x1F1)
        let start = (UInt64(setup == 0 ? 4 : setup) + 1) * 512 + UInt64(try file.number(at: 0x248, as: UInt32.self))
        guard length > 4 else { throw KernelError(.format, "'\(name)' is damaged: it holds no kernel") }
        let payload = Array(try file.bytes(at: start, count: length))
        // The last four bytes are the unpacked size. With gzip they are gzip's own, and belong to its stream.
        let isGzip = payload.starts(with: [0x1F, 0x8B])
        let kernel: [UInt8]
        do {
            kernel = try ArchiveReader.decompressed(isGzip ? payload : Array(payload.dropLast(4)), name: name)
        } catch let error as ArchiveError {
            throw KernelError(.format, "'\(name)' is damaged: \(error.summary)", hint: "copy or build it again")
        }
        let size: UInt32 = try file.number(at: start + UInt64(length) - 4)
        guard kernel.count == size else {
            throw KernelError(
                .format, "'\(name)' is damaged: its kernel has \(kernel.count) bytes, and should have \(size)",
                hint: "copy or build it again")
        }
        return kernel
    }
}
