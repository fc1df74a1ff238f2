import FoundationEssentials
import SystemPackage

/// Writes whole files so that a reader, or a crash, sees the old content or the new one and nothing between.
package enum AtomicFile {
    /// Replaces `path` by `bytes`: written beside it, flushed to disk, renamed.
    ///
    /// - Parameter mode: the permissions of the new file.
    /// - Throws: `SystemError`; the old file is untouched and nothing is left behind.
    package static func write(_ bytes: some ContiguousBytes, to path: String, mode: mode_t = 0o644) throws {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let file = try SystemError.naming("create \(temporary)") {
            try FileDescriptor.open(
                bytesOf: temporary, .writeOnly, options: [.create, .exclusiveCreate], permissions: mode)
        }
        do {
            defer { try? file.close() }
            try writeAll(bytes, to: file.rawValue, name: temporary)
            guard fsync(file.rawValue) == 0 else { throw SystemError("flush \(temporary)") }
        } catch {
            temporary.withBytes { _ = unlink($0) }
            throw error
        }
        guard temporary.withBytes({ old in path.withBytes { rename(old, $0) } }) == 0 else {
            let failure = SystemError("rename \(temporary) to \(path)")
            temporary.withBytes { _ = unlink($0) }
            throw failure
        }
    }

    /// `write(_:to:mode:)` for text.
    package static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Adds `bytes` to the end of `path`, which is created if need be. Other writers' additions stay whole.
    package static func append(_ bytes: some ContiguousBytes, to path: String) throws {
        let file = try SystemError.naming("open \(path)") {
            try FileDescriptor.open(bytesOf: path, .writeOnly, options: [.create, .append], permissions: 0o644)
        }
        defer { try? file.close() }
        try writeAll(bytes, to: file.rawValue, name: path)
    }

    /// Writes every byte to `descriptor`, over interruptions and short writes. `name` is for the error.
    package static func writeAll(_ bytes: some ContiguousBytes, to descriptor: Int32, name: String) throws {
        try SystemError.naming("write \(name)") {
            try bytes.withUnsafeBytes { try FileDescriptor(rawValue: descriptor).writeAll($0) }
        }
    }
}
