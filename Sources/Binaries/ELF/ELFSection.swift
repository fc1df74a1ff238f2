import Support

extension ELFFile {
    /// A part of the file as linkers and debuggers see it.
    package struct Section: Sendable, Equatable {
        /// Such as `.text`.
        package let name: String
        /// Where it begins in memory; 0 if the program does not have it there.
        package let address: UInt64
        /// Bytes in memory, and in the file if it has content there.
        package let size: UInt64
        /// Whether the program has it in memory (SHF_ALLOC).
        let isLoaded: Bool
        fileprivate let type: UInt32
        fileprivate let offset: UInt64
        /// For a symbol table, the section with the symbols' names.
        fileprivate let link: UInt32

        /// - Parameter names: where the table of the sections' names begins in the file.
        init(_ reader: ByteReader<BinaryError>, at place: UInt64, names: UInt64) throws(BinaryError) {
            name = try reader.text(at: names &+ UInt64(try reader.number(at: place, as: UInt32.self)))
            type = try reader.number(at: place + 4)
            isLoaded = try reader.number(at: place + 8, as: UInt64.self) & 2 != 0
            address = try reader.number(at: place + 16)
            offset = try reader.number(at: place + 24)
            size = try reader.number(at: place + 32)
            link = try reader.number(at: place + 40)
        }
    }

    /// A named place of the program.
    package struct Symbol: Sendable, Equatable {
        /// The types of symbols up to STT_FILE.
        package enum Kind: UInt8, Sendable {
            case untyped, data, function, section, file
        }

        /// As the linker has it; local symbols may share one.
        package let name: String
        /// Its value: an address in a linked program.
        package let address: UInt64
        /// Bytes.
        package let size: UInt64
        /// The section's name; empty for absolute and undefined symbols.
        package let section: String
        /// `nil` for other types, such as thread-local variables.
        package let kind: Kind?

        /// - Parameter names: where the table of the symbols' names begins in the file.
        fileprivate init(
            _ reader: ByteReader<BinaryError>, at place: UInt64, names: UInt64, _ sections: [Section]
        ) throws(BinaryError) {
            let section = Int(try reader.number(at: place + 6, as: UInt16.self))
            name = try reader.text(at: names &+ UInt64(try reader.number(at: place, as: UInt32.self)))
            address = try reader.number(at: place + 8)
            size = try reader.number(at: place + 16)
            self.section = sections.indices.dropFirst().contains(section) ? sections[section].name : ""
            kind = Kind(rawValue: try reader.number(at: place + 4, as: UInt8.self) & 15)
        }
    }

    /// The symbols, read anew with each call; none if they were stripped.
    package var symbols: [Symbol] {
        get throws(BinaryError) {
            guard let table = sections.first(where: { $0.type == 2 }), table.link < sections.count else { return [] }
            let names = sections[Int(table.link)].offset
            let count = try reader.bytes(at: table.offset, count: table.size).count / 24
            return try (0..<UInt64(count)).map { index throws(BinaryError) in
                try Symbol(reader, at: table.offset + index * 24, names: names, sections)
            }
        }
    }

    /// A section's bytes in the file; `nil` if there is none of that name, or if it has none (bss).
    package func content(of name: String) -> ArraySlice<UInt8>? {
        guard let section = sections.first(where: { $0.name == name }), section.type != 8 else { return nil }
        return try? reader.bytes(at: section.offset, count: section.size)
    }
}
