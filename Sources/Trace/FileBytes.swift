import Support
import SystemPackage

/// A file read front to back in pieces, so that its size does not matter.
struct FileBytes: ~Copyable {
    private let file: FileDescriptor
    private let path: String
    private let pieceSize: Int

    /// - Throws: `TraceError.Code.unreadable`.
    init(_ path: String, pieceSize: Int = 1 << 18) throws {
        self.path = path
        self.pieceSize = pieceSize
        file = try TraceError.reading("open \(path)") { try FileDescriptor.open(bytesOf: path, .readOnly) }
    }

    deinit { try? file.close() }

    /// The next bytes, at most one piece; empty at the end of the file.
    mutating func next() throws -> [UInt8] {
        try TraceError.reading("read \(path)") { try file.piece(upTo: pieceSize) }
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
