import ISA
import Support

/// The header at the start of an ELF file.
struct ELFHeader {
    let kind: ELFFile.Kind
    let machine: UInt16
    let entry: UInt64
    private let segments: Table
    private let sections: Table
    /// Which section has the names of the others.
    private let nameSection: UInt16

    /// Where headers of one kind stand in the file.
    private struct Table {
        let offset: UInt64
        let entrySize: UInt16
        let count: UInt16

        /// The places of the entries, all of which lie in the file: a header may claim any number of them.
        func entries(
            of size: UInt64, _ reader: ByteReader<BinaryError>, name: String, what: String
        ) throws(BinaryError) -> [UInt64] {
            guard count > 0 else { return [] }
            guard entrySize == size else {
                throw BinaryError(.format, "'\(name)' is damaged: its \(what) headers are not of \(size) bytes")
            }
            _ = try reader.bytes(at: offset, count: UInt64(count) * size)
            return (0..<UInt64(count)).map { offset + $0 * size }
        }
    }

    init(_ reader: ByteReader<BinaryError>, name: String) throws(BinaryError) {
        guard reader.bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            throw BinaryError(.format, "'\(name)' is not an ELF file")
        }
        let machines = ISA.allCases.map(\.rawValue).joined(separator: ", ")
        guard try reader.number(at: 4, as: UInt8.self) == 2 else {
            throw BinaryError(.format, "'\(name)' is a 32-bit program; nodes run 64-bit ones (\(machines))")
        }
        guard try reader.number(at: 5, as: UInt8.self) == 1 else {
            throw BinaryError(.format, "'\(name)' is a big-endian program; nodes run little-endian ones (\(machines))")
        }
        let type: UInt16 = try reader.number(at: 16)
        kind =
            switch type {
            case 1: .relocatable
            case 2: .executable
            case 3: .positionIndependent
            default: .other(type)
            }
        machine = try reader.number(at: 18)
        entry = try reader.number(at: 24)
        segments = Table(
            offset: try reader.number(at: 32), entrySize: try reader.number(at: 54), count: try reader.number(at: 56))
        sections = Table(
            offset: try reader.number(at: 40), entrySize: try reader.number(at: 58), count: try reader.number(at: 60))
        nameSection = try reader.number(at: 62)
    }

    func segments(_ reader: ByteReader<BinaryError>, name: String) throws(BinaryError) -> [ELFSegment] {
        try segments.entries(of: 56, reader, name: name, what: "program").map { place throws(BinaryError) in
            try ELFSegment(reader, at: place)
        }
    }

    func sections(_ reader: ByteReader<BinaryError>, name: String) throws(BinaryError) -> [ELFFile.Section] {
        let places = try sections.entries(of: 64, reader, name: name, what: "section")
        guard nameSection < places.count else { return [] }
        let names: UInt64 = try reader.number(at: places[Int(nameSection)] + 24)
        return try places.map { place throws(BinaryError) in
            try ELFFile.Section(reader, at: place, names: names)
        }
    }
}

/// A program header: a part of the file and where it goes in memory.
struct ELFSegment {
    enum Kind {
        case load, dynamic, interpreter, note, other
    }

    let type: Kind
    let offset: UInt64
    let address: UInt64
    /// Bytes in the file.
    let size: UInt64
    let alignment: UInt64

    init(_ reader: ByteReader<BinaryError>, at place: UInt64) throws(BinaryError) {
        type =
            switch try reader.number(at: place, as: UInt32.self) {
            case 1: .load
            case 2: .dynamic
            case 3: .interpreter
            case 4: .note
            default: .other
            }
        offset = try reader.number(at: place + 8)
        address = try reader.number(at: place + 16)
        size = try reader.number(at: place + 32)
        alignment = try reader.number(at: place + 48)
    }

    func content(_ reader: ByteReader<BinaryError>) throws(BinaryError) -> ArraySlice<UInt8> {
        try reader.bytes(at: offset, count: size)
    }
}
