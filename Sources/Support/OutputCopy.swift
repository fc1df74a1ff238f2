import CLinux

/// A pipe for somebody's output, whose lines are read as they come.
///
/// The one who writes gets `descriptor`; `close()` ends the lines once nobody else has it.
public final class OutputCopy: Sendable {
    /// Where to write.
    public let descriptor: Int32
    /// What was written, line by line, without their ends; a last line need not have one.
    public let lines: AsyncStream<String>

    public init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reader = ends[0]
        descriptor = ends[1]
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        ThreadExecutor.detach(name: "output") {
            defer { _ = Glibc.close(reader) }
            var splitter = LineSplitter()
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
            defer { buffer.deallocate() }
            while true {
                let count = read(reader, buffer.baseAddress, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                for line in splitter.feed(Array(buffer[..<count])) {
                    continuation.yield(String(decoding: line, as: UTF8.self))
                }
            }
            if let line = splitter.finish() { continuation.yield(String(decoding: line, as: UTF8.self)) }
            continuation.finish()
        }
    }

    /// To be called once.
    public func close() { _ = Glibc.close(descriptor) }
}
