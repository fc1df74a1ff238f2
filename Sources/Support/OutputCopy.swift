import SystemPackage

/// A pipe for somebody's output, whose lines are read as they come.
///
/// The one who writes gets `descriptor`; `close()` ends the lines once nobody else has it.
package final class OutputCopy: Sendable {
    private let writer: FileDescriptor
    /// What was written, line by line, without their ends; a last line need not have one.
    package let lines: AsyncStream<String>

    /// Makes the pipe and begins to read it, on a thread of its own.
    ///
    /// - Throws: `SystemError` if this process may have no more descriptors.
    package init() throws {
        let (reader, writer) = try FileDescriptor.privatePipe()
        self.writer = writer
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        ThreadExecutor.detach(name: "output") {
            var splitter = LineSplitter()
            try? reader.closeAfter {
                try reader.forEachPiece { piece in
                    for line in splitter.feed(piece) { continuation.yield(String(decoding: line, as: UTF8.self)) }
                }
            }
            if let line = splitter.finish() { continuation.yield(String(decoding: line, as: UTF8.self)) }
            continuation.finish()
        }
    }

    /// Where to write.
    package var descriptor: Int32 { writer.rawValue }

    /// To be called once.
    package func close() { try? writer.close() }
}
