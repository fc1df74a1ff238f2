import CLibarchive
import Glibc

/// Streams as gzip makes and reads them.
package enum CompressedStream {
    /// Bytes as `gzip` compresses them.
    ///
    /// - Throws: `ArchiveError` if this libarchive cannot.
    package static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw ArchiveError(.corrupt, "there is no memory to compress with")
        }
        defer {
            archive_entry_free(entry)
            archive_write_free(archive)
        }
        func check(_ status: Int32) throws {
            guard status == ARCHIVE_OK else {
                throw ArchiveError(
                    .corrupt, "cannot compress: \(archive_error_string(archive).map { String(cString: $0) } ?? "")")
            }
        }
        // No block is longer than what it holds by more than this (RFC 1951, 3.2.4), and the gzip header has 18 bytes (RFC 1952).
        var room = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 256)
        var used = 0
        try check(archive_write_set_format_raw(archive))
        try check(archive_write_add_filter_gzip(archive))
        // As it is, without blocks filled up by zeros.
        try check(archive_write_set_bytes_in_last_block(archive, 1))
        try room.withUnsafeMutableBytes { buffer in
            try check(archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used))
            archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
            try check(archive_write_header(archive, entry))
            let count = bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            guard count == bytes.count else { return try check(ARCHIVE_FATAL) }
            try check(archive_write_close(archive))
        }
        return Array(room.prefix(used))
    }
}
