import Support
import Synchronization
import SystemPackage

/// What a program says on one of its streams, as far as that was read. One reader at a time.
final class Said: Sendable {
    private let pieces: AsyncStream<[UInt8]>
    private let seen = Mutex<[UInt8]>([])

    /// Takes over the pipe's end, and closes it at the end of what comes.
    init(_ reader: FileDescriptor) {
        let (pieces, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        self.pieces = pieces
        ThreadExecutor.detach(name: "said") {
            try? reader.closeAfter { try reader.forEachPiece { continuation.yield($0) } }
            continuation.finish()
        }
    }

    var bytes: [UInt8] { seen.withLock { $0 } }

    /// Reads until `isEnough`; returns `false` if the end, or a cancellation, came before.
    func read(until isEnough: () -> Bool) async -> Bool {
        if isEnough() { return true }
        for await piece in pieces {
            seen.withLock { $0 += piece }
            if isEnough() { return true }
        }
        return false
    }

    /// Reads to the end, and calls `body` with every line, also with those that were read before.
    func readLines(_ body: (String) async -> Void) async {
        var splitter = LineSplitter()
        var next = bytes
        var iterator = pieces.makeAsyncIterator()
        while true {
            for line in splitter.feed(next) { await body(String(decoding: line, as: UTF8.self)) }
            guard let piece = await iterator.next() else { return }
            seen.withLock { $0 += piece }
            next = piece
        }
    }
}
