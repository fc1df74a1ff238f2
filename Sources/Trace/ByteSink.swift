import Support

/// Where bytes go: a file, a socket, an array in a test.
package protocol ByteSink: ~Copyable {
    mutating func write(_ bytes: ArraySlice<UInt8>) throws
}

extension ByteSink where Self: ~Copyable {
    package mutating func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }
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
