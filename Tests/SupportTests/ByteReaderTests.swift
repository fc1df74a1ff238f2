import Support
import Testing

@Suite struct ByteReaderTests {
    struct Outside: Error {}

    let reader = ByteReader([0x01, 0x02, 0x03, 0x04, 0x61, 0x62, 0x00, 0x63], failure: Outside())

    @Test("numbers are little-endian at any place, aligned or not")
    func numbers() throws {
        #expect(try reader.number(at: 0, as: UInt32.self) == 0x0403_0201)
        #expect(try reader.number(at: UInt64(1), as: UInt16.self) == 0x0302)
        #expect(try reader.number(at: 7, as: UInt8.self) == 0x63)
    }

    @Test("a text ends before its zero byte, or with the bytes")
    func texts() throws {
        #expect(try reader.text(at: 4) == "ab")
        #expect(try reader.text(at: 6) == "")
        #expect(try reader.text(at: 7) == "c")
    }

    @Test("places outside are refused, however far", arguments: [-1, 5, 8, Int.max - 2, Int.min])
    func outside(place: Int) {
        #expect(throws: Outside.self) { try reader.number(at: place, as: UInt32.self) }
        #expect(throws: Outside.self) { try reader.bytes(at: place, count: 4) }
        #expect(throws: Outside.self) { try reader.bytes(at: 1, count: UInt64.max) }
        #expect(throws: Outside.self) { try reader.number(at: UInt64.max, as: UInt8.self) }
    }
}
