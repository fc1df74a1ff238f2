import FoundationEssentials
import SystemPackage

extension AtomicFile {
    /// The bytes of a whole file; `nil` if there is none.
    ///
    /// - Throws: `SystemError` if there is one, or may be one, that cannot be read.
    package static func read(_ path: String) throws -> Data? {
        try SystemError.naming("read \(path)") {
            let file: FileDescriptor
            do {
                file = try .open(bytesOf: path, .readOnly)
            } catch Errno.noSuchFileOrDirectory {
                return nil
            }
            defer { try? file.close() }
            var bytes = Data()
            try file.forEachPiece { bytes += $0 }
            return bytes
        }
    }
}
