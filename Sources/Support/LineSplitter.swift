/// Cuts a stream of bytes into lines, whatever the sizes of the pieces in which it arrives.
package struct LineSplitter: Sendable {
    /// Longer lines are cut: no kernel writes any, but a damaged file may hold megabytes without a newline.
    private let limit: Int
    private var pending: [UInt8] = []
    /// Whether what comes until the next newline belongs to a line that was cut.
    private var skipping = false

    /// - Parameter limit: in bytes.
    package init(limit: Int = 65_536) { self.limit = limit }

    /// The lines that `bytes` complete, without their newlines.
    package mutating func feed(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let end = newline(in: bytes, from: start) {
            if skipping {
                skipping = false
            } else if pending.isEmpty {
                lines.append(bytes[start..<end])
            } else {
                lines.append((pending + bytes[start..<end])[...])
                pending.removeAll()
            }
            start = end + 1
        }
        guard start < bytes.count, !skipping else { return lines }
        pending += bytes[start...]
        if pending.count > limit {
            skipping = true
            lines.append(pending.prefix(limit))
            pending.removeAll()
        }
        return lines
    }

    /// What came after the last newline, if anything did.
    package mutating func finish() -> ArraySlice<UInt8>? {
        guard !pending.isEmpty else { return nil }
        defer { pending.removeAll() }
        return pending[...]
    }

    private func newline(in bytes: [UInt8], from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let found = memchr(base + start, 10, buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
