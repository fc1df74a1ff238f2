import Support

/// The dynamic section: pairs of a tag and a value, up to DT_NULL.
struct ELFDynamic {
    private var entries: [(tag: UInt64, value: UInt64)] = []

    private static let needed: UInt64 = 1
    private static let stringTable: UInt64 = 5

    init(_ segment: ELFSegment, _ reader: ByteReader<BinaryError>) throws(BinaryError) {
        let count = try segment.content(reader).count / 16
        for place in stride(from: segment.offset, to: segment.offset + UInt64(count * 16), by: 16) {
            let tag: UInt64 = try reader.number(at: place)
            if tag == 0 { break }
            entries.append((tag, try reader.number(at: place + 8)))
        }
    }

    /// The names of DT_NEEDED, which stand in the string table that DT_STRTAB gives the address of.
    func neededLibraries(
        _ segments: [ELFSegment], _ reader: ByteReader<BinaryError>, name: String
    ) throws(BinaryError) -> [String] {
        let needed = entries.filter { $0.tag == Self.needed }.map(\.value)
        guard !needed.isEmpty else { return [] }
        guard let table = entries.first(where: { $0.tag == Self.stringTable })?.value,
            let segment = segments.first(where: {
                $0.type == .load && table >= $0.address && table - $0.address < $0.size
            })
        else { throw BinaryError(.format, "'\(name)' is damaged: its libraries have no names") }
        let strings = ByteReader(
            Array(try segment.content(reader).dropFirst(Int(table - segment.address))),
            failure: BinaryError(.format, "'\(name)' is damaged: a library's name lies outside of it"))
        return try needed.map { offset throws(BinaryError) in try strings.text(at: offset) }
    }
}
