/// Little-endian numbers and texts at places that come from the bytes themselves, and may be anything.
package struct ByteReader<Failure: Error>: Sendable {
    /// What is read.
    package let bytes: [UInt8]
    /// Thrown for every place outside of the bytes.
    package let failure: Failure

    /// Makes a reader of `bytes` that throws `failure` for every place outside of them.
    package init(_ bytes: [UInt8], failure: Failure) {
        self.bytes = bytes
        self.failure = failure
    }

    /// The number of this type that begins at `offset`.
    package func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: some BinaryInteger, as type: Number.Type = Number.self
    ) throws(Failure) -> Number {
        let start = try range(offset, count: MemoryLayout<Number>.size).lowerBound
        return Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: type) })
    }

    /// Exactly `count` bytes from `offset` on.
    package func bytes(at offset: some BinaryInteger, count: some BinaryInteger) throws(Failure) -> ArraySlice<UInt8> {
        bytes[try range(offset, count: count)]
    }

    /// The text up to the next zero byte, or to the end.
    package func text(at offset: some BinaryInteger) throws(Failure) -> String {
        let start = try range(offset, count: 1).lowerBound
        return String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
    }

    private func range(_ offset: some BinaryInteger, count: some BinaryInteger) throws(Failure) -> Range<Int> {
        guard let start = Int(exactly: offset), let count = Int(exactly: count), start >= 0, count >= 0,
            start <= bytes.count, count <= bytes.count - start
        else { throw failure }
        return start..<start + count
    }
}
