import Support
import SystemPackage

/// Reads configuration files: text that people write, of moderate size.
package enum TextFile {
    /// More than any configuration file needs, and little enough to be read at once.
    static let largestBytes = 1 << 20

    /// - Throws: `InputError` with code `.unreadableFile`: absent, a directory, too large, or not UTF-8.
    package static func read(_ path: String) throws(InputError) -> String {
        var bytes: [UInt8] = []
        do {
            let file = try SystemError.naming("open '\(path)'") { try FileDescriptor.open(bytesOf: path, .readOnly) }
            defer { try? file.close() }
            try SystemError.naming("read '\(path)'") {
                while bytes.count <= largestBytes {
                    let piece = try file.piece()
                    if piece.isEmpty { break }
                    bytes += piece
                }
            }
        } catch {
            throw InputError(.unreadableFile, "cannot \(error.sentence)")
        }
        guard bytes.count <= largestBytes else {
            throw InputError(.unreadableFile, "'\(path)' is larger than \(largestBytes / 1024) KiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(.unreadableFile, "'\(path)' is not a text in UTF-8")
        }
        return text
    }
}
