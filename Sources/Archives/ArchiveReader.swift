import CLibarchive
import Support

/// Why an archive cannot be read.
package typealias ArchiveError = CodedError<ArchiveErrorCode>

/// The codes of `ArchiveError`.
package enum ArchiveErrorCode: ErrorCode {
    /// It is damaged, or of a format that libarchive does not know.
    case corrupt

    package var exitStatus: ExitStatus { .failure }
}

/// One entry of an archive, without its content.
package struct ArchiveEntry: Sendable, Equatable {
    /// What an entry is, and for links where it leads.
    package enum Kind: Sendable, Equatable {
        case file
        case directory
        case symlink(String)
        case hardLink(String)
        /// Devices, sockets and pipes.
        case other
    }

    /// As the archive has it, such as `./usr/bin/env`.
    package var path: String
    /// What it is.
    package var kind: Kind
    /// Permission bits, 0o7777 at most.
    package var mode: UInt32
    /// Of its content, in bytes.
    package var size: Int64
    /// The major and minor number of a device.
    package var device: (major: UInt32, minor: UInt32) = (0, 0)

    package static func == (left: ArchiveEntry, right: ArchiveEntry) -> Bool {
        (left.path, left.kind, left.mode, left.size) == (right.path, right.kind, right.mode, right.size)
            && left.device == right.device
    }
}

/// Reads an archive entry by entry through libarchive, from a file, from memory, or from an entry of another archive.
///
/// It blocks, and it is not safe to share: use it from one thread.
package final class ArchiveReader {
    private let handle: OpaquePointer
    private let name: String
    // What libarchive reads from while the handle is open.
    private let outer: ArchiveReader?
    private let bytes: UnsafeMutableRawBufferPointer?

    /// What may be inside: a whole archive, or one compressed stream that is presented as a single file.
    package enum Format { case ar, tar, cpio, compressedStream }

    /// - Throws: `ArchiveError` if `path` is not a readable archive of that format.
    package init(file path: String, format: Format) throws {
        (handle, name, outer, bytes) = (try Self.open(format), path, nil, nil)
        try check(archive_read_open_filename(handle, path, 1 << 18))
    }

    /// - Throws: `ArchiveError` if the bytes are no archive of that format; `name` is what it calls them.
    package init(bytes content: [UInt8], format: Format, name: String) throws {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(content.count, 1), alignment: 16)
        copy.copyBytes(from: content)
        (handle, self.name, outer, bytes) = (try Self.open(format), name, nil, copy)
        try check(archive_read_open_memory(handle, copy.baseAddress, content.count))
    }

    /// Reads the archive that is the content of `outer`'s current entry, without unpacking it anywhere.
    package init(nestedIn outer: ArchiveReader, format: Format, name: String) throws {
        (handle, self.name, self.outer, bytes) = (try Self.open(format), name, outer, nil)
        let read:
            @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int =
                { _, context, buffer in
                    guard let context, let buffer else { return -1 }
                    var size = 0
                    var offset: la_int64_t = 0
                    let outer = OpaquePointer(context)
                    switch archive_read_data_block(outer, buffer, &size, &offset) {
                    case ARCHIVE_OK: return size
                    case ARCHIVE_EOF: return 0
                    default: return -1
                    }
                }
        try check(archive_read_open(handle, UnsafeMutableRawPointer(outer.handle), nil, read, nil))
    }

    deinit {
        archive_read_free(handle)
        bytes?.deallocate()
    }

    /// The next entry; its content is what `content()` and a nested reader get. `nil` at the end.
    package func next() throws -> ArchiveEntry? {
        var entry: OpaquePointer?
        let status = archive_read_next_header(handle, &entry)
        if status == ARCHIVE_EOF { return nil }
        try check(status)
        guard let entry else { return nil }
        return try describe(entry)
    }

    /// The rest of the current entry's content.
    package func content() throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            var block: UnsafeRawPointer?
            var size = 0
            var offset: la_int64_t = 0
            let status = archive_read_data_block(handle, &block, &size, &offset)
            if status == ARCHIVE_EOF { return result }
            try check(status)
            // A sparse file has holes between its blocks.
            if offset > result.count { result += [UInt8](repeating: 0, count: Int(offset) - result.count) }
            result += UnsafeRawBufferPointer(start: block, count: size)
        }
    }

    /// The content of a compressed stream, whatever it is compressed by.
    ///
    /// - Throws: `ArchiveError` if it is damaged or empty.
    package static func decompressed(_ bytes: [UInt8], name: String) throws -> [UInt8] {
        let reader = try ArchiveReader(bytes: bytes, format: .compressedStream, name: name)
        guard try reader.next() != nil else { throw ArchiveError(.corrupt, "\(name) is empty") }
        return try reader.content()
    }

    private func describe(_ entry: OpaquePointer) throws -> ArchiveEntry {
        guard let path = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else {
            throw ArchiveError(.corrupt, "\(name): an entry has no readable name")
        }
        let kind: ArchiveEntry.Kind
        if let target = archive_entry_hardlink(entry) {
            kind = .hardLink(String(cString: target))
        } else if let target = archive_entry_symlink(entry) {
            kind = .symlink(String(cString: target))
        } else {
            switch archive_entry_filetype(entry) & S_IFMT {
            case S_IFREG, 0: kind = .file
            case S_IFDIR: kind = .directory
            default: kind = .other
            }
        }
        return ArchiveEntry(
            path: String(cString: path), kind: kind, mode: archive_entry_perm(entry), size: archive_entry_size(entry),
            device: (UInt32(archive_entry_rdevmajor(entry)), UInt32(archive_entry_rdevminor(entry))))
    }

    private static func open(_ format: Format) throws -> OpaquePointer {
        guard let handle = archive_read_new() else { throw SystemError("allocate an archive reader", errno: ENOMEM) }
        switch format {
        case .ar: archive_read_support_format_ar(handle)
        case .tar: archive_read_support_format_tar(handle)
        case .cpio: archive_read_support_format_cpio(handle)
        case .compressedStream: archive_read_support_format_raw(handle)
        }
        if format != .ar { archive_read_support_filter_all(handle) }
        return handle
    }

    private func check(_ status: Int32) throws {
        guard status < ARCHIVE_WARN else { return }
        // A nested reader's own complaint is only a consequence of the outer one's.
        let source = outer.flatMap { archive_error_string($0.handle) } ?? archive_error_string(handle)
        let text = source.map { String(cString: $0) } ?? "damaged or of an unknown format"
        throw ArchiveError(.corrupt, "\(name): \(text)")
    }
}
