import CLinux
import SystemPackage

/// A file without a name, as a child's input or output: unlike a pipe it needs nobody at its other end.
package final class MemoryFile: Sendable {
    private let file: FileDescriptor

    /// - Parameters:
    ///   - name: for who looks into `/proc`.
    ///   - bytes: what is to be read from it.
    /// - Throws: `SystemError`.
    package init(_ name: String, _ bytes: [UInt8] = []) throws {
        file = FileDescriptor(rawValue: linux_memory_file(name))
        guard file.rawValue >= 0 else { throw SystemError("create a memory file") }
        try SystemError.naming("write a memory file") { try file.writeAll(toAbsoluteOffset: 0, bytes) }
    }

    deinit { try? file.close() }

    /// Its position is the start of the file until somebody reads or writes. It is closed together with this object.
    package var descriptor: Int32 { file.rawValue }

    /// All that is in it.
    package var text: String {
        var bytes: [UInt8] = []
        while let piece = try? file.piece(at: Int64(bytes.count)), !piece.isEmpty { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }
}
