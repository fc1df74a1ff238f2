import Support

/// Builds what SSH and SFTP send: big-endian integers and strings with a length in front (RFC 4251, 5).
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func uint32(_ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func uint64(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func string(_ value: some Collection<UInt8>) {
        uint32(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    /// Byte for byte, if it is a `ByteText`.
    mutating func string(_ value: String) { string(ByteText.bytes(value)) }
}

/// Reads what `WireWriter` writes, and never past the end.
struct WireReader {
    struct Truncated: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    init(bytes: [UInt8]) { self.init(bytes: bytes[...]) }

    var rest: Int { bytes.endIndex - position }

    mutating func take(_ count: Int) throws -> [UInt8] { Array(try slice(count)) }

    mutating func slice(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest else { throw Truncated() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() throws -> UInt8 {
        guard rest >= 1 else { throw Truncated() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func uint32() throws -> UInt32 { try slice(4).reduce(0) { $0 << 8 | UInt32($1) } }

    mutating func uint64() throws -> UInt64 { try slice(8).reduce(0) { $0 << 8 | UInt64($1) } }

    mutating func string() throws -> [UInt8] { try take(Int(uint32())) }

    /// A string without a copy.
    mutating func stringSlice() throws -> ArraySlice<UInt8> { try slice(Int(uint32())) }

    mutating func text() throws -> String { ByteText.text(try stringSlice()) }
}
