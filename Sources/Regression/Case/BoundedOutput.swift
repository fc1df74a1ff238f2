import Support
import SystemPackage

/// A file for one output of a program, which takes so much and no more.
final class BoundedOutput: Sendable {
    /// What came.
    struct Content: Sendable {
        /// The file.
        var path: String
        /// How much was written to it, and whether that is all.
        var bytes: Int
        var isTruncated: Bool
        /// Why the file lacks something, if the host is to blame.
        var failure: (any Error)?

        /// The file's bytes.
        func read() throws -> [UInt8] { Array(try AtomicFile.contents(of: path)) }
    }

    private let writer: FileDescriptor
    private let result: Guarded<Content>
    private let finished: AsyncStream<Void>

    /// Makes the file and begins to take what is written to `descriptor`, on a thread of its own.
    ///
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - onLine: called with each line, without its end, as far as the limit.
    ///   - onOverflow: called once, when more comes; the writer is not held up.
    /// - Throws: `SystemError` if the file cannot be made.
    init(
        path: String, limit: Int, onLine: @escaping @Sendable (String) -> Void = { _ in },
        onOverflow: @escaping @Sendable () -> Void
    ) throws {
        let file = try SystemError.naming("create \(path)") {
            try FileDescriptor.open(bytesOf: path, .writeOnly, options: [.create, .truncate], permissions: 0o644)
        }
        let (reader, writer) = try FileDescriptor.privatePipe()
        self.writer = writer
        result = Guarded(Content(path: path, bytes: 0, isTruncated: false))
        let (finished, end) = AsyncStream.makeStream(of: Void.self)
        self.finished = finished
        ThreadExecutor.detach(name: "case output") { [self] in
            var splitter = LineSplitter()
            try? reader.closeAfter {
                try reader.forEachPiece { piece in
                    let kept = take(piece, into: file, limit, onOverflow)
                    for line in splitter.feed(kept) { onLine(ByteText.text(line)) }
                }
            }
            if let line = splitter.finish() { onLine(ByteText.text(line)) }
            try? file.close()
            end.finish()
        }
    }

    /// Where to write.
    var descriptor: Int32 { writer.rawValue }

    /// To be called once, when nobody writes any more.
    func finish() async -> Content {
        try? writer.close()
        for await _ in finished {}
        return result.withLock { $0 }
    }

    /// - Returns: what went into the file.
    private func take(_ piece: [UInt8], into file: FileDescriptor, _ limit: Int, _ onOverflow: () -> Void) -> [UInt8] {
        let (room, wasWhole) = result.withLock { (limit - $0.bytes, !$0.isTruncated) }
        let kept = Array(piece.prefix(max(0, room)))
        do {
            try AtomicFile.writeAll(kept, to: file.rawValue, name: result.withLock { $0.path })
        } catch {
            result.withLock { $0.failure = $0.failure ?? error }
        }
        result.withLock { content in
            content.bytes += kept.count
            if kept.count < piece.count { content.isTruncated = true }
        }
        if kept.count < piece.count, wasWhole { onOverflow() }
        return kept
    }
}
