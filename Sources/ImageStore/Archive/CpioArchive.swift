import CLibarchive
import Support

/// An initramfs, or a part of one: files owned by root in the kernel's `newc` format.
///
/// The kernel unpacks archives that follow each other, later ones over earlier ones
/// (Documentation/driver-api/early-userspace/buffer-format.rst), so a lab's own files can be appended to an image's:
///
///     var overlay = CpioArchive()
///     overlay.addDirectory("/etc/popcorn")
///     overlay.addFile("/etc/popcorn/nodes", text: "10.4.4.100\n10.4.4.101\n")
///     try AtomicFile.write(imageBytes + overlay.serialized(), to: path)
///
/// An entry that is a directory replaces an earlier symbolic link of that name. The images have the links
/// `/bin`, `/sbin`, `/lib` and `/lib64`: an overlay names files in them by `/usr/...`.
package struct CpioArchive: Sendable {
    /// What an entry is, with its bytes, its target or its numbers.
    package enum Content: Sendable, Equatable {
        case file([UInt8])
        case directory
        case symlink(String)
        case characterDevice(major: UInt32, minor: UInt32)
    }

    struct Entry: Sendable, Equatable {
        /// Absolute, without a trailing slash.
        var path: String
        /// Permission bits; not used for symbolic links.
        var mode: UInt32
        var content: Content
    }

    /// In the order in which the kernel will create them.
    private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    package init() {}

    /// Adds an entry, in place of an earlier one of the same path.
    package mutating func add(_ path: String, mode: UInt32, _ content: Content) {
        let entry = Entry(path: path, mode: mode, content: content)
        if let place = places[path] {
            entries[place] = entry
        } else {
            places[path] = entries.count
            entries.append(entry)
        }
    }

    /// Adds a file that holds `text` in UTF-8, in place of an earlier entry of the same path.
    package mutating func addFile(_ path: String, mode: UInt32 = 0o644, text: String) {
        add(path, mode: mode, .file(Array(text.utf8)))
    }

    /// Adds a directory, in place of an earlier entry of the same path. Those above it are not added.
    package mutating func addDirectory(_ path: String, mode: UInt32 = 0o755) {
        add(path, mode: mode, .directory)
    }

    /// Whether an entry has exactly this path.
    package func contains(_ path: String) -> Bool { places[path] != nil }

    /// Adds each directory that an entry lies in and that is not there yet, and orders all entries by path.
    ///
    /// The kernel creates no parent directories by itself. An overlay calls this only if it may create them: see above.
    mutating func addParents() {
        for path in entries.map(\.path) {
            var parent = path
            while let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
                parent = String(parent[..<slash])
                if !contains(parent) { addDirectory(parent) }
            }
        }
        entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.path, $0) })
    }

    /// The archive's bytes: the same for the same entries, a multiple of 512 long.
    ///
    /// - Throws: `SystemError` if memory runs out, `ImageError` if libarchive refuses an entry.
    package func serialized() throws -> [UInt8] {
        let writer = try CpioWriter()
        for entry in entries { try writer.write(entry) }
        return try writer.finish()
    }
}

/// libarchive's newc writer, into memory.
private final class CpioWriter {
    private let handle: OpaquePointer
    private let item: OpaquePointer
    private let output = Output()

    private final class Output { var bytes: [UInt8] = [] }

    init() throws {
        guard let handle = archive_write_new(), let item = archive_entry_new() else {
            throw SystemError("allocate an archive writer", errno: ENOMEM)
        }
        (self.handle, self.item) = (handle, item)
        try check(archive_write_set_format_cpio_newc(handle))
        try check(archive_write_set_bytes_per_block(handle, 1 << 16))
        try check(archive_write_set_bytes_in_last_block(handle, 512))
        let write: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = {
            _, context, buffer, count in
            guard let context, let buffer else { return -1 }
            let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
            output.bytes += UnsafeRawBufferPointer(start: buffer, count: count)
            return count
        }
        try check(archive_write_open(handle, Unmanaged.passUnretained(output).toOpaque(), nil, write, nil))
    }

    deinit {
        archive_entry_free(item)
        archive_write_free(handle)
    }

    func write(_ entry: CpioArchive.Entry) throws {
        archive_entry_clear(item)
        archive_entry_set_pathname(item, String(entry.path.drop { $0 == "/" }))
        archive_entry_set_mtime(item, 0, 0)
        archive_entry_set_nlink(item, 1)
        archive_entry_set_size(item, 0)
        var content: [UInt8] = []
        switch entry.content {
        case .file(let bytes):
            content = bytes
            archive_entry_set_mode(item, S_IFREG | entry.mode)
            archive_entry_set_size(item, la_int64_t(bytes.count))
        case .directory:
            archive_entry_set_mode(item, S_IFDIR | entry.mode)
        case .symlink(let target):
            archive_entry_set_mode(item, S_IFLNK | 0o777)
            archive_entry_set_symlink(item, target)
        case .characterDevice(let major, let minor):
            archive_entry_set_mode(item, S_IFCHR | entry.mode)
            archive_entry_set_rdevmajor(item, dev_t(major))
            archive_entry_set_rdevminor(item, dev_t(minor))
        }
        try check(archive_write_header(handle, item))
        let written = content.isEmpty ? 0 : archive_write_data(handle, content, content.count)
        guard written == content.count else { throw failure("write \(entry.path)") }
    }

    func finish() throws -> [UInt8] {
        try check(archive_write_close(handle))
        return output.bytes
    }

    private func check(_ status: Int32) throws {
        if status < ARCHIVE_WARN { throw failure("write") }
    }

    private func failure(_ what: String) -> ImageError {
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        return ImageError(.corrupt, "initramfs: \(what): \(text)")
    }
}
