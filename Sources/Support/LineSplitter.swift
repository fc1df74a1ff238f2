/// Cuts a stream of bytes into lines, whatever the sizes of the pieces in which it arrives.
public struct LineSplitter: Sendable {
    /// Longer lines are cut: no kernel writes any, but a damaged file may hold megabytes without a newline.
    private let limit: Int
    private var pending: [UInt8] = []
    /// How many lines were longer than the limit.
    public private(set) var overlongLines = 0
    private var skipping = false

    /// - Parameter limit: in bytes.
    public init(limit: Int = 65_536) { self.limit = limit }

    /// Calls `body` with each line that `bytes` complete, without its newline.
    public mutating func feed(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) throws -> Void) rethrows {
        var start = 0
        while let end = newline(in: bytes, from: start) {
            if skipping {
                skipping = false
            } else if pending.isEmpty {
                try body(bytes[start..<end])
            } else {
                pending += bytes[start..<end]
                let line = pending
                pending.removeAll(keepingCapacity: true)
                try body(line[...])
            }
            start = end + 1
        }
        guard start < bytes.count, !skipping else { return }
        pending += bytes[start...]
        if pending.count > limit {
            overlongLines += 1
            skipping = true
            let line = pending.prefix(limit)
            pending.removeAll()
            try body(line)
        }
    }

    /// Calls `body` with what came after the last newline, if anything did.
    public mutating func finish(_ body: (ArraySlice<UInt8>) throws -> Void) rethrows {
        guard !pending.isEmpty else { return }
        let line = pending
        pending.removeAll()
        try body(line[...])
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
