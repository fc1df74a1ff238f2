import CLibarchive
import Support

/// Compresses what goes to another sink, as gzip does; Perfetto opens such traces as they are.
struct GzipSink<Target: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private let compressor: Compressor
    private var target: Target

    /// - Throws: `TraceError.Code.unwritable` if libarchive cannot compress.
    init(_ target: consuming Target) throws {
        compressor = try Compressor()
        self.target = target
    }

    mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        try compressor.add(bytes)
        try target.write(compressor.take())
    }

    /// Ends the stream and gives the other sink back.
    consuming func end() throws -> Target {
        try compressor.close()
        try target.write(compressor.take())
        return target
    }
}

/// libarchive's gzip filter, into memory.
private final class Compressor {
    private let handle: OpaquePointer
    private let output = Output()

    private final class Output { var bytes: [UInt8] = [] }

    init() throws {
        guard let handle = archive_write_new(), let item = archive_entry_new() else {
            throw TraceError(.unwritable, SystemError("allocate a compressor", errno: ENOMEM))
        }
        self.handle = handle
        defer { archive_entry_free(item) }
        archive_entry_set_mode(item, S_IFREG | 0o644)
        let write: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = {
            _, context, buffer, count in
            guard let context, let buffer else { return -1 }
            Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().bytes +=
                UnsafeRawBufferPointer(start: buffer, count: count)
            return count
        }
        // One stream without a time, so that a trace always gives the same file, and without a block's padding.
        try check(archive_write_set_format_raw(handle))
        try check(archive_write_add_filter_gzip(handle))
        try check(archive_write_set_filter_option(handle, "gzip", "timestamp", nil))
        try check(archive_write_set_bytes_in_last_block(handle, 1))
        try check(archive_write_open(handle, Unmanaged.passUnretained(output).toOpaque(), nil, write, nil))
        try check(archive_write_header(handle, item))
    }

    deinit { archive_write_free(handle) }

    func add(_ bytes: ArraySlice<UInt8>) throws {
        let written = bytes.withUnsafeBytes { archive_write_data(handle, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw failure }
    }

    /// What is compressed so far.
    func take() -> [UInt8] {
        defer { output.bytes.removeAll() }
        return output.bytes
    }

    func close() throws { try check(archive_write_close(handle)) }

    private func check(_ status: Int32) throws {
        if status < ARCHIVE_WARN { throw failure }
    }

    private var failure: TraceError {
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        return TraceError(.unwritable, "cannot compress: \(text)")
    }
}
