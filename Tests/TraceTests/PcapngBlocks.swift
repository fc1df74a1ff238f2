/// An independent reading of pcapng, straight from the format's description, to check what is written.
struct PcapngBlocks {
    struct Interface: Equatable {
        var linkType: UInt16
        var name: String
        var resolution: UInt8
    }

    struct Packet: Equatable {
        var interface: Int
        var time: UInt64
        var bytes: [UInt8]
        var originalLength: UInt32
        var flags: UInt32?
    }

    enum Failure: Error { case damaged(String) }

    private(set) var interfaces: [Interface] = []
    private(set) var packets: [Packet] = []
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        var place = 0
        var isFirst = true
        while place < bytes.count {
            guard place % 4 == 0, place + 12 <= bytes.count else { throw Failure.damaged("block at \(place)") }
            let type = word(place)
            let length = Int(word(place + 4))
            guard length % 4 == 0, length >= 12, place + length <= bytes.count, word(place + length - 4) == length
            else { throw Failure.damaged("length at \(place)") }
            guard isFirst == (type == 0x0A0D_0D0A) else { throw Failure.damaged("order") }
            isFirst = false
            switch type {
            case 0x0A0D_0D0A:
                guard word(place + 8) == 0x1A2B_3C4D, half(place + 12) == 1, half(place + 14) == 0 else {
                    throw Failure.damaged("section header")
                }
                _ = try options(place + 24, place + length - 4)
            case 1:
                let found = try options(place + 16, place + length - 4)
                interfaces.append(
                    Interface(
                        linkType: half(place + 8), name: String(decoding: found[2] ?? [], as: UTF8.self),
                        resolution: found[9]?.first ?? 6))
            case 6:
                let captured = Int(word(place + 20))
                let interface = Int(word(place + 8))
                let data = place + 28
                guard interface < interfaces.count, data + captured <= place + length - 4 else {
                    throw Failure.damaged("packet at \(place)")
                }
                let found = try options(data + (captured + 3) / 4 * 4, place + length - 4)
                packets.append(
                    Packet(
                        interface: interface, time: UInt64(word(place + 12)) << 32 | UInt64(word(place + 16)),
                        bytes: Array(bytes[data..<(data + captured)]), originalLength: word(place + 24),
                        flags: found[2].map { $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } }))
            default: throw Failure.damaged("type \(type)")
            }
            place += length
        }
    }

    private func options(_ start: Int, _ end: Int) throws -> [UInt16: [UInt8]] {
        var result: [UInt16: [UInt8]] = [:]
        var place = start
        while place < end {
            let (code, length) = (half(place), Int(half(place + 2)))
            if code == 0 {
                guard length == 0, place + 4 == end else { throw Failure.damaged("end of options") }
                return result
            }
            guard place + 4 + length <= end else { throw Failure.damaged("option") }
            result[code] = Array(bytes[(place + 4)..<(place + 4 + length)])
            place += 4 + (length + 3) / 4 * 4
        }
        guard result.isEmpty else { throw Failure.damaged("options without end") }
        return result
    }

    private func half(_ place: Int) -> UInt16 { UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8 }
    private func word(_ place: Int) -> UInt32 { UInt32(half(place)) | UInt32(half(place + 2)) << 16 }
}
