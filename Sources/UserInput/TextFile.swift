import Support

/// Reads configuration files: text that people write, of moderate size.
package enum TextFile {
    /// More than any configuration file needs, and little enough to be read at once.
    package static let largestBytes = 1 << 20

    /// - Throws: `InputError` with code `.unreadableFile`: absent, a directory, too large, or not UTF-8.
    package static func read(_ path: String) throws(InputError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError(.unreadableFile, "cannot open '\(path)': \(errorText(currentErrno()))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: largestBytes + 1)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if more < 0 {
                if currentErrno() == EINTR { continue }
                throw InputError(.unreadableFile, "cannot read '\(path)': \(errorText(currentErrno()))")
            }
            if more == 0 { break }
            count += more
        }
        guard count <= largestBytes else {
            throw InputError(.unreadableFile, "'\(path)' is larger than \(largestBytes / 1024) KiB")
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw InputError(.unreadableFile, "'\(path)' is not a text in UTF-8")
        }
        return text
    }
}
