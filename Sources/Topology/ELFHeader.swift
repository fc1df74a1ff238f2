import ISA

/// The header at the start of an ELF file.
struct ELFHeader {
    var type: UInt16
    var machine: UInt16
    var entry: UInt64
    private var segmentTable: UInt64
    private var segmentCount: UInt16

    private static let size = 64
    private static let segmentSize = 56

    init(_ reader: borrowing ELFReader) throws(TopologyError) {
        let name = reader.name
        guard let magic = try? reader.bytes(at: 0, count: 4), magic == [0x7f, 0x45, 0x4c, 0x46] else {
            throw TopologyError(.invalidBinary, "'\(name)' is not an ELF file")
        }
        let start = try reader.bytes(at: 0, count: 16)
        guard start[4] == 2 else {
            throw TopologyError(
                .invalidBinary, "'\(name)' is a 32-bit program; nodes run 64-bit ones (\(Self.ourMachines))")
        }
        guard start[5] == 1 else {
            throw TopologyError(
                .invalidBinary, "'\(name)' is a big-endian program; nodes run little-endian ones (\(Self.ourMachines))")
        }
        let header = try reader.bytes(at: 0, count: UInt64(Self.size))
        type = header.number(at: 16)
        machine = header.number(at: 18)
        entry = header.number(at: 24)
        segmentTable = header.number(at: 32)
        segmentCount = header.number(at: 56)
        guard segmentCount == 0 || header.number(at: 54) == UInt16(Self.segmentSize) else {
            throw TopologyError(
                .invalidBinary, "'\(name)' is damaged: its program headers are not of \(Self.segmentSize) bytes")
        }
    }

    private static var ourMachines: String { ISA.allCases.map(\.rawValue).joined(separator: ", ") }

    func segments(_ reader: borrowing ELFReader) throws(TopologyError) -> [ELFSegment] {
        guard segmentCount > 0 else { return [] }
        let table = try reader.bytes(at: segmentTable, count: UInt64(segmentCount) * UInt64(Self.segmentSize))
        return (0..<Int(segmentCount)).map { index in ELFSegment(table, at: index * Self.segmentSize) }
    }
}

/// A program header: a part of the file and where it goes in memory.
struct ELFSegment {
    enum Kind {
        case load, dynamic, interpreter, note, other
    }

    var type: Kind
    var offset: UInt64
    var address: UInt64
    /// Bytes in the file.
    var size: UInt64
    var alignment: UInt64

    init(_ table: [UInt8], at start: Int) {
        type =
            switch table.number(at: start, as: UInt32.self) {
            case 1: .load
            case 2: .dynamic
            case 3: .interpreter
            case 4: .note
            default: .other
            }
        offset = table.number(at: start + 8)
        address = table.number(at: start + 16)
        size = table.number(at: start + 32)
        alignment = table.number(at: start + 48)
    }
}
