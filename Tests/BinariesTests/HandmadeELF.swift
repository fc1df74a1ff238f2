/// Builds the headers of an ELF file byte by byte, so that each field can be wrong on its own.
struct HandmadeELF {
    enum Piece {
        case interpreter(String)
        case note(name: String, type: UInt32, description: [UInt8])
        /// Libraries, with the string table in a PT_LOAD segment.
        case libraries([String])
    }

    var magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
    /// 1 for 32-bit, 2 for 64-bit.
    var fileClass: UInt8 = 2
    /// 1 for little-endian, 2 for big-endian.
    var byteOrder: UInt8 = 1
    var type: UInt16 = 2
    var machine: UInt16 = 62
    var entry: UInt64 = 0x40_1000
    var segmentHeaderSize: UInt16 = 56
    var pieces: [Piece] = []

    private static let base: UInt64 = 0x40_0000

    var bytes: [UInt8] {
        var segments: [(type: UInt32, content: [UInt8])] = []
        for piece in pieces {
            switch piece {
            case .interpreter(let path):
                segments.append((3, Array(path.utf8) + [0]))
            case .note(let name, let type, let description):
                let name = Array(name.utf8) + [0]
                segments.append(
                    (
                        4,
                        Self.little(UInt32(name.count)) + Self.little(UInt32(description.count)) + Self.little(type)
                            + Self.padded(name) + Self.padded(description)
                    ))
            case .libraries(let names):
                var strings: [UInt8] = [0]
                var entries: [UInt8] = []
                for name in names {
                    entries += Self.little(UInt64(1)) + Self.little(UInt64(strings.count))
                    strings += Array(name.utf8) + [0]
                }
                segments.append((1, strings))
                // The table's address is known once the number of segments is.
                segments.append((2, entries))
            }
        }
        var offset = UInt64(64 + 56 * segments.count)
        var headers: [UInt8] = []
        var contents: [UInt8] = []
        var strings: UInt64 = 0
        for (type, content) in segments {
            var content = content
            if type == 1 { strings = Self.base + offset }
            if type == 2 { content += Self.little(UInt64(5)) + Self.little(strings) + [UInt8](repeating: 0, count: 16) }
            headers +=
                Self.little(type) + Self.little(UInt32(4)) + Self.little(offset) + Self.little(Self.base + offset)
            headers += Self.little(Self.base + offset) + Self.little(UInt64(content.count))
            headers += Self.little(UInt64(content.count)) + Self.little(UInt64(4))
            contents += content
            offset += UInt64(content.count)
        }
        var header = magic + [fileClass, byteOrder, 1] + [UInt8](repeating: 0, count: 9)
        header += Self.little(type) + Self.little(machine) + Self.little(UInt32(1)) + Self.little(entry)
        header += Self.little(UInt64(64)) + Self.little(UInt64(0)) + Self.little(UInt32(0)) + Self.little(UInt16(64))
        header += Self.little(segmentHeaderSize) + Self.little(UInt16(segments.count))
        header += [UInt8](repeating: 0, count: 6)
        return header + headers + contents
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
}
