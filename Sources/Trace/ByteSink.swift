import Support

/// Where bytes go: a file, a socket, an array in a test.
public protocol ByteSink: ~Copyable {
    mutating func write(_ bytes: ArraySlice<UInt8>) throws
}

extension ByteSink where Self: ~Copyable {
    public mutating func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }
    public mutating func write(_ text: String) throws { try write(Array(text.utf8)[...]) }
}

/// Keeps everything in memory.
public struct MemorySink: ByteSink, Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(_ more: ArraySlice<UInt8>) { bytes += more }

    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Writes a file beside `path` and puts it in place at `commit()`; without it nothing is left behind.
public struct FileSink: ByteSink, ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var committed = false
    private static let bufferSize = 1 << 18

    /// - Throws: `TraceError.Code.unwritable`.
    public init(_ path: String) throws {
        self.path = path
        temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TraceError(.unwritable, SystemError("create \(temporary)")) }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        close(descriptor)
        if !committed { unlink(temporary) }
    }

    public mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Makes the file visible under its name. Call it once, last.
    public mutating func commit() throws {
        try flush()
        guard rename(temporary, path) == 0 else {
            throw TraceError(.unwritable, SystemError("rename \(temporary) to \(path)"))
        }
        committed = true
    }

    private mutating func flush() throws {
        do {
            try AtomicFile.writeAll(buffer, to: descriptor, name: temporary)
        } catch let error as SystemError {
            throw TraceError(.unwritable, error)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
