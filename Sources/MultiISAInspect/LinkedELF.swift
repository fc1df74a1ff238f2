import FoundationEssentials
import ISA
import Support
import Topology

/// A 64-bit little-endian ELF file: what `inspect` and the layout check need of it (System V ABI, chapter 4).
public struct LinkedELF: Sendable {
    public struct Section: Sendable, Equatable {
        public var name: String
        public var type: UInt32
        public var flags: UInt64
        public var address: UInt64
        /// Bytes.
        public var size: UInt64
        var offset: UInt64
        var link: UInt32
        var entrySize: UInt64
    }

    public struct Symbol: Sendable, Equatable {
        public var name: String
        public var address: UInt64
        /// Bytes.
        public var size: UInt64
        /// The section's name; empty for absolute and undefined symbols.
        public var section: String
        /// `STT_*`: 1 data, 2 function, 3 section, 4 file.
        public var kind: UInt8
    }

    public let path: String
    public let isa: ISA
    public let sections: [Section]
    public let symbols: [Symbol]
    private let bytes: Data

    /// - Throws: `InspectError` if the file cannot be read or is not an ELF file of a known ISA.
    public init(path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw InspectError(.unreadable, "cannot read \(path)")
        }
        try self.init(bytes, path: path)
    }

    init(_ bytes: Data, path: String) throws {
        let reader = ByteReader(bytes: bytes, path: path)
        guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else {
            throw InspectError(.format, "\(path) is not a 64-bit little-endian ELF file")
        }
        let machine = try reader.read(UInt16.self, at: 18)
        guard let isa = ISA.allCases.first(where: { $0.elfMachine == machine }) else {
            throw InspectError(.format, "\(path) is for ELF machine \(machine), neither x86-64 nor aarch64")
        }
        let table = try reader.read(UInt64.self, at: 40), count = UInt64(try reader.read(UInt16.self, at: 60))
        var sections: [Section] = [], nameOffsets: [UInt32] = []
        for at in try reader.entries(of: 64, from: table, size: count * 64) {
            nameOffsets.append(try reader.read(UInt32.self, at: at))
            sections.append(
                Section(
                    name: "", type: try reader.read(UInt32.self, at: at + 4),
                    flags: try reader.read(UInt64.self, at: at + 8), address: try reader.read(UInt64.self, at: at + 16),
                    size: try reader.read(UInt64.self, at: at + 32), offset: try reader.read(UInt64.self, at: at + 24),
                    link: try reader.read(UInt32.self, at: at + 40),
                    entrySize: try reader.read(UInt64.self, at: at + 56)))
        }
        let names = Int(try reader.read(UInt16.self, at: 62))
        if names < sections.count {
            let start = sections[names].offset
            for index in sections.indices {
                sections[index].name = try reader.string(at: reader.offset(start, plus: Int(nameOffsets[index])))
            }
        }
        self.path = path
        self.isa = isa
        self.sections = sections
        self.bytes = bytes
        symbols = try Self.readSymbols(sections, reader)
    }

    private static func readSymbols(_ sections: [Section], _ reader: ByteReader) throws -> [Symbol] {
        guard let table = sections.first(where: { $0.type == 2 }), Int(table.link) < sections.count else { return [] }
        let strings = sections[Int(table.link)].offset
        return try reader.entries(of: 24, from: table.offset, size: table.size).map { at in
            let section = Int(try reader.read(UInt16.self, at: at + 6))
            return Symbol(
                name: try reader.string(at: reader.offset(strings, plus: Int(try reader.read(UInt32.self, at: at)))),
                address: try reader.read(UInt64.self, at: at + 8), size: try reader.read(UInt64.self, at: at + 16),
                section: section > 0 && section < sections.count ? sections[section].name : "",
                kind: try reader.read(UInt8.self, at: at + 4) & 15)
        }
    }

    /// A section's bytes in the file; `nil` if there is none of that name, or if it has none (bss).
    public func content(of name: String) -> Data? {
        guard let section = sections.first(where: { $0.name == name }), section.type != 8 else { return nil }
        guard section.offset <= bytes.count, section.size <= UInt64(bytes.count) - section.offset else { return nil }
        let start = bytes.startIndex + Int(section.offset)
        return bytes[start..<start + Int(section.size)]
    }

    /// The build id in lower-case hex: both binaries of one program carry the same.
    public var buildID: String? {
        guard let note = content(of: ".note.gnu.build-id"), note.count > 16 else { return nil }
        return hexadecimal(note.dropFirst(16))
    }
}

/// Reads numbers at offsets that come from the file itself, and may be anything.
struct ByteReader {
    let bytes: Data
    let path: String

    /// Where the entries of a table begin, all of which lie in the file: a header may claim any number of them.
    ///
    /// - Parameters:
    ///   - entrySize: Bytes of one entry; what is left over at the end is no entry.
    ///   - size: Bytes of the table.
    func entries(of entrySize: Int, from start: UInt64, size: UInt64) throws -> StrideTo<Int> {
        guard start <= UInt64(bytes.count), size <= UInt64(bytes.count) - start else { throw damaged }
        let first = Int(start), count = Int(size) / entrySize
        return stride(from: first, to: first + count * entrySize, by: entrySize)
    }

    func offset(_ base: UInt64, plus more: Int) throws -> Int {
        guard base <= UInt64(bytes.count), more >= 0, more <= bytes.count else { throw damaged }
        return Int(base) + more
    }

    func read<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) throws -> Number {
        guard offset >= 0, offset + MemoryLayout<Number>.size <= bytes.count else { throw damaged }
        let start = bytes.startIndex + offset
        return bytes[start..<start + MemoryLayout<Number>.size].reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    func string(at offset: Int) throws -> String {
        guard offset >= 0, offset < bytes.count else { throw damaged }
        return String(decoding: bytes[(bytes.startIndex + offset)...].prefix { $0 != 0 }, as: UTF8.self)
    }

    private var damaged: InspectError { InspectError(.format, "\(path) is damaged: a table lies outside of the file") }
}
