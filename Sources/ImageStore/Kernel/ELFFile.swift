import Support

/// The parts of a 64-bit little-endian ELF file that images depend on (System V ABI, chapter 5).
struct ELFFile {
    let machine: UInt16
    /// The dynamic linker that the program asks for.
    let interpreter: String?
    /// The shared libraries that it needs, by name.
    let needed: [String]
    /// The owner and the type of each note, such as `Xen` and 18.
    let notes: [(owner: String, type: UInt32)]

    /// `nil` if `bytes` is not such a file.
    init?(_ bytes: [UInt8]) {
        let file = ByteReader(bytes)
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let machine = file.u16(18), let table = file.u64(32),
            let size = file.u16(54), let count = file.u16(56), size >= 56
        else { return nil }
        self.machine = machine
        var segments: [Segment] = []
        for index in 0..<Int(count) {
            guard let segment = Segment(file, at: table &+ index &* Int(size)) else { return nil }
            segments.append(segment)
        }
        var notes: [(owner: String, type: UInt32)] = []
        for segment in segments where segment.type == 4 { notes += Self.notes(file, segment) }
        self.notes = notes
        interpreter = segments.first { $0.type == 3 }.flatMap { file.string($0.offset) }
        needed = segments.first { $0.type == 2 }.map { Self.needed(file, $0, segments) } ?? []
    }

    /// The content of a section.
    static func section(_ name: String, of bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let file = ByteReader(bytes)
        guard let table = file.u64(40), let size = file.u16(58), let count = file.u16(60), let names = file.u16(62),
            let nameTable = file.u64(table &+ Int(names) &* Int(size) &+ 24)
        else { return nil }
        for index in 0..<Int(count) {
            let header = table &+ index &* Int(size)
            guard let nameOffset = file.u32(header), let offset = file.u64(header &+ 24),
                let length = file.u64(header &+ 32)
            else { return nil }
            if file.string(nameTable &+ Int(nameOffset)) == name, offset <= bytes.count, length <= bytes.count - offset
            {
                return bytes[offset..<offset + length]
            }
        }
        return nil
    }

    private struct Segment {
        let type: UInt32
        let offset: Int
        /// A kernel's is in the upper half of the address space.
        let address: UInt64
        let size: Int

        init?(_ file: ByteReader, at place: Int) {
            guard let type = file.u32(place), let offset = file.u64(place + 8), let address = file.address(place + 16),
                let size = file.u64(place + 32)
            else { return nil }
            (self.type, self.offset, self.address, self.size) = (type, offset, address, size)
        }
    }

    private static func notes(_ file: ByteReader, _ segment: Segment) -> [(owner: String, type: UInt32)] {
        var result: [(owner: String, type: UInt32)] = []
        var place = segment.offset
        while place < segment.offset &+ segment.size, let nameSize = file.u32(place), let size = file.u32(place + 4),
            let type = file.u32(place + 8), let name = file.string(place + 12)
        {
            result.append((name, type))
            place += 12 + (Int(nameSize) + 3) & ~3 + (Int(size) + 3) & ~3
        }
        return result
    }

    /// DT_NEEDED (1) names are offsets into the table at DT_STRTAB (5), which is an address.
    private static func needed(_ file: ByteReader, _ dynamic: Segment, _ segments: [Segment]) -> [String] {
        var names: [Int] = []
        var strings: UInt64?
        for place in stride(from: dynamic.offset, to: dynamic.offset &+ dynamic.size, by: 16) {
            guard let tag = file.address(place), let value = file.address(place + 8), tag != 0 else { break }
            if tag == 1, let name = Int(exactly: value) { names.append(name) }
            if tag == 5 { strings = value }
        }
        guard let strings,
            let home = segments.first(where: {
                $0.type == 1 && strings >= $0.address && strings - $0.address < UInt64($0.size)
            })
        else { return [] }
        return names.compactMap { file.string(home.offset &+ Int(strings - home.address) &+ $0) }
    }
}

/// Little-endian numbers at any place of some bytes; `nil` outside of them.
struct ByteReader {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func u16(_ place: Int) -> UInt16? { number(place, 2).map { UInt16($0) } }
    func u32(_ place: Int) -> UInt32? { number(place, 4).map { UInt32($0) } }
    /// As an offset into a file: `nil` too if it is larger than any file.
    func u64(_ place: Int) -> Int? { address(place).flatMap { Int(exactly: $0) } }
    func address(_ place: Int) -> UInt64? { number(place, 8) }

    /// Up to the next zero byte.
    func string(_ place: Int) -> String? {
        guard place >= 0, place < bytes.count, let end = bytes[place...].firstIndex(of: 0) else { return nil }
        return String(decoding: bytes[place..<end], as: UTF8.self)
    }

    private func number(_ place: Int, _ size: Int) -> UInt64? {
        guard place >= 0, place <= bytes.count - size else { return nil }
        return bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
