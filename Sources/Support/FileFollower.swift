import SystemPackage

/// Follows a growing file as `tail -F` does: what it holds now, then every addition as it is written.
package enum FileFollower {
    /// The file's bytes in order, starting at `offset`; the stream ends when its consumer is cancelled.
    ///
    /// - Parameter path: may not exist yet. If the file is replaced or truncated, reading begins again at its start.
    package static func chunks(of path: String, from offset: Int64 = 0) throws -> AsyncStream<[UInt8]> {
        let watch = try FileWatch(path: path)
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        continuation.onTermination = { _ in watch.cancel() }
        Follower(path: path, offset: offset, watch: watch, output: continuation).start()
        return stream
    }

    /// The file's complete lines in order, without their line ends (`\n` or `\r\n`); see `chunks(of:from:)`.
    package static func lines(of path: String, from offset: Int64 = 0) throws -> AsyncStream<String> {
        let chunks = try chunks(of: path, from: offset)
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            var splitter = LineSplitter()
            for await chunk in chunks {
                for line in splitter.feed(chunk) {
                    continuation.yield(ByteText.text(line.last == 0x0d ? line.dropLast() : line))
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}

private final class Follower: Sendable {
    private let path: String
    private let offset: Int64
    private let watch: FileWatch
    private let output: AsyncStream<[UInt8]>.Continuation

    init(path: String, offset: Int64, watch: FileWatch, output: AsyncStream<[UInt8]>.Continuation) {
        self.path = path
        self.offset = offset
        self.watch = watch
        self.output = output
    }

    func start() {
        ThreadExecutor.detach(name: "follow") { [self] in
            var position = offset
            repeat { drain(&position) } while watch.wait() == .changed
            output.finish()
        }
    }

    private func drain(_ position: inout Int64) {
        guard let file = try? FileDescriptor.open(bytesOf: path, .readOnly) else { return }
        defer { try? file.close() }
        if let size = try? file.seek(offset: 0, from: .end), size < position { position = 0 }
        while let piece = try? file.piece(at: position), !piece.isEmpty {
            position += Int64(piece.count)
            output.yield(piece)
        }
    }
}
