import Support

/// Where bytes go: a file, a socket, an array in a test.
package protocol ByteSink: ~Copyable {
    /// Takes the next bytes; it may keep them back for a while.
    mutating func write(_ bytes: ArraySlice<UInt8>) throws
}

extension ByteSink where Self: ~Copyable {
    /// Takes a whole array of bytes.
    package mutating func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }
    /// Takes a text as UTF-8.
    package mutating func write(_ text: String) throws { try write(Array(text.utf8)[...]) }
}

/// The output that a user named: a file that is put in place at `commit()`, or else what is there, written to (`OutputFile`).
package struct FileSink: ByteSink, ~Copyable {
    private var output: OutputFile
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 18

    /// - Throws: `TraceError.Code.unwritable`.
    package init(_ path: String) throws {
        do {
            output = try OutputFile(path, mode: 0o644)
        } catch let error as SystemError {
            throw TraceError(.unwritable, error)
        }
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Keeps up to 256 KiB back, until more comes or `commit()` is called.
    ///
    /// - Throws: `TraceError.Code.unwritable`.
    package mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Makes the file visible under its name. Call it once, last; without it nothing is left behind.
    package mutating func commit() throws {
        try flush()
        do {
            try output.commit()
        } catch let error as SystemError {
            throw TraceError(.unwritable, error)
        }
    }

    private mutating func flush() throws {
        do {
            try output.write(buffer)
        } catch let error as SystemError {
            throw TraceError(.unwritable, error)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
