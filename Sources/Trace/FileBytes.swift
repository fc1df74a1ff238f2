import Support

/// A file read front to back in pieces, so that its size does not matter.
struct FileBytes: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let pieceSize: Int

    /// - Throws: `TraceError.Code.unreadable`.
    init(_ path: String, pieceSize: Int = 1 << 18) throws {
        self.path = path
        self.pieceSize = pieceSize
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TraceError(.unreadable, SystemError("open \(path)")) }
    }

    deinit { close(descriptor) }

    /// The next bytes, at most one piece; empty at the end of the file.
    mutating func next() throws -> [UInt8] {
        while true {
            var failed = false
            let piece = [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, count in
                let result = read(descriptor, buffer.baseAddress, pieceSize)
                failed = result < 0
                count = max(0, result)
            }
            if !failed { return piece }
            guard errno == EINTR else { throw TraceError(.unreadable, SystemError("read \(path)")) }
        }
    }

    /// Calls `body` with every piece of the file at `path`.
    static func forEachPiece(of path: String, _ body: ([UInt8]) throws -> Void) throws {
        var file = try FileBytes(path)
        while true {
            let piece = try file.next()
            if piece.isEmpty { return }
            try body(piece)
        }
    }
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
