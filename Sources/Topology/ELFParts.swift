import Support

/// The notes of a PT_NOTE segment: name size, description size, type, then both, padded.
enum ELFNotes {
    private static let buildIDType: UInt32 = 3

    /// The description of the note "GNU" of type NT_GNU_BUILD_ID, in hex.
    static func buildID(in notes: [UInt8], alignment: UInt64) -> String? {
        let padding = alignment == 8 ? 8 : 4
        var position = 0
        while position + 12 <= notes.count {
            let nameSize = Int(notes.number(at: position, as: UInt32.self))
            let size = Int(notes.number(at: position + 4, as: UInt32.self))
            let type: UInt32 = notes.number(at: position + 8)
            let name = position + 12
            let description = (name + nameSize + padding - 1) / padding * padding
            guard description + size <= notes.count else { return nil }
            if type == buildIDType, notes[name..<name + nameSize].elementsEqual(Array("GNU\0".utf8)) {
                return hexadecimal(notes[description..<description + size])
            }
            position = (description + size + padding - 1) / padding * padding
        }
        return nil
    }
}

/// The dynamic section: pairs of a tag and a value, up to DT_NULL.
struct ELFDynamic {
    private var entries: [(tag: UInt64, value: UInt64)] = []

    private static let needed: UInt64 = 1
    private static let stringTable: UInt64 = 5
    /// No path of a library is longer (PATH_MAX).
    private static let longestName: UInt64 = 4096

    init(_ segment: ELFSegment, _ reader: borrowing ELFReader) throws(TopologyError) {
        let bytes = try reader.bytes(at: segment.offset, count: segment.size)
        for position in stride(from: 0, to: bytes.count - 15, by: 16) {
            let tag: UInt64 = bytes.number(at: position)
            if tag == 0 { break }
            entries.append((tag, bytes.number(at: position + 8)))
        }
    }

    /// The names of DT_NEEDED, which stand in the string table that DT_STRTAB gives the address of.
    func neededLibraries(
        _ segments: [ELFSegment], _ reader: borrowing ELFReader
    ) throws(TopologyError) -> [String] {
        let needed = entries.filter { $0.tag == Self.needed }
        guard !needed.isEmpty else { return [] }
        guard let table = entries.first(where: { $0.tag == Self.stringTable })?.value,
            let segment = segments.first(where: {
                $0.type == .load && table >= $0.address && table - $0.address < $0.size
            })
        else { throw TopologyError(.invalidBinary, "'\(reader.name)' is damaged: its libraries have no names") }
        let inSegment = table - segment.address
        var names: [String] = []
        for entry in needed {
            guard entry.value < segment.size - inSegment, segment.offset <= .max - segment.size else {
                throw TopologyError(.invalidBinary, "'\(reader.name)' is damaged: a library's name lies outside of it")
            }
            let left = segment.size - inSegment - entry.value
            let bytes = try reader.bytes(
                at: segment.offset + inSegment + entry.value, count: min(left, Self.longestName))
            names.append(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        }
        return names
    }
}
