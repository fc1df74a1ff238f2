import FoundationEssentials

extension AtomicFile {
    /// The bytes of a whole file; `nil` if there is none.
    ///
    /// - Throws: `SystemError` if there is one, or may be one, that cannot be read.
    public static func read(_ path: String) throws -> Data? {
        let descriptor = path.withBytes { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            let failure = SystemError("read \(path)")
            if failure.errno == ENOENT { return nil }
            throw failure
        }
        defer { close(descriptor) }
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(path)") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
