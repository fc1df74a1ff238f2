import FoundationEssentials
import SystemPackage

extension AtomicFile {
    /// The bytes of a whole file; `nil` if there is none.
    ///
    /// - Throws: `SystemError` if there is one, or may be one, that cannot be read.
    package static func read(_ path: String) throws -> Data? {
        do {
            return try contents(of: path)
        } catch let error as SystemError where error.errno == ENOENT {
            return nil
        }
    }

    /// The bytes of a whole file that must be there.
    ///
    /// - Throws: `SystemError` with the reason for which it cannot be read.
    package static func contents(of path: String) throws -> Data {
        try SystemError.naming("read \(path)") {
            let file = try FileDescriptor.open(bytesOf: path, .readOnly)
            defer { try? file.close() }
            var bytes = Data()
            try file.forEachPiece { bytes += $0 }
            return bytes
        }
    }
}
