import FoundationEssentials

/// Writes whole files so that a reader, or a crash, sees the old content or the new one and nothing between.
public enum AtomicFile {
    /// Replaces `path` by `bytes`: written beside it, flushed to disk, renamed.
    ///
    /// - Parameter mode: the permissions of the new file.
    /// - Throws: `SystemError`; the old file is untouched and nothing is left behind.
    public static func write(_ bytes: some ContiguousBytes, to path: String, mode: mode_t = 0o644) throws {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("create \(temporary)") }
        do {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, name: temporary)
            guard fsync(descriptor) == 0 else { throw SystemError("flush \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = SystemError("rename \(temporary) to \(path)")
            unlink(temporary)
            throw failure
        }
    }

    /// `write(_:to:mode:)` for text.
    public static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Adds `bytes` to the end of `path`, which is created if need be. Other writers' additions stay whole.
    public static func append(_ bytes: some ContiguousBytes, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, name: path)
    }

    /// Writes every byte to `descriptor`, over interruptions and short writes. `name` is for the error.
    public static func writeAll(_ bytes: some ContiguousBytes, to descriptor: Int32, name: String) throws {
        let failure: SystemError? = bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    return SystemError("write \(name)")
                }
                rest = rest.dropFirst(count)
            }
            return nil
        }
        if let failure { throw failure }
    }
}
