import ISA
import Support
import Topology

/// A kernel of a few instructions that prints a text to the console and halts: a guest that boots in no time.
enum TinyKernel {
    /// Writes the kernel for `isa` to `path`. An empty text makes one that never prints.
    ///
    /// - Parameter resets: reset the machine at the end instead of halting; x86-64 only.
    static func write(_ isa: ISA, printing text: String, resets: Bool = false, to path: String) throws {
        let bytes =
            switch isa {
            case .x86_64: pvhImage(code: (resets ? x86ResettingCode : x86Code) + Array(text.utf8) + [0])
            case .aarch64: aarch64Code + Array(text.utf8) + [0]
            }
        try AtomicFile.write(bytes, to: path)
    }

    // 32-bit, as PVH starts a kernel: writes the bytes behind the code to port 0x3f8 up to a zero, then halts for ever.
    private static let x86Code: [UInt8] = [
        0xba, 0xf8, 0x03, 0x00, 0x00,  // mov $0x3f8, %edx
        0xe8, 0x00, 0x00, 0x00, 0x00,  // call 1f
        0x5e,  // 1: pop %esi
        0x81, 0xc6, 0x12, 0x00, 0x00, 0x00,  // add $(text - 1b), %esi
        0xac,  // 2: lodsb
        0x84, 0xc0,  // test %al, %al
        0x74, 0x03,  // jz 3f
        0xee,  // out %al, (%dx)
        0xeb, 0xf8,  // jmp 2b
        0xf4,  // 3: hlt
        0xeb, 0xfd,  // jmp 3b
    ]

    /// The same, but in place of halting it asks the keyboard controller for a reset: 4 bytes more, so the text is farther off.
    private static let x86ResettingCode: [UInt8] =
        x86Code[..<13] + [0x16] + x86Code[14..<25] + [
            0xb0, 0xfe,  // 3: mov $0xfe, %al
            0xe6, 0x64,  // out %al, $0x64
            0xf4,  // hlt
            0xeb, 0xfd,  // jmp to the hlt
        ]

    // The same with the PL011 of QEMU's `virt` machine at 0x09000000.
    private static let aarch64Code: [UInt8] = [
        0x01, 0x20, 0xa1, 0xd2,  // movz x1, #0x0900, lsl #16
        0xe0, 0x00, 0x00, 0x10,  // adr x0, text
        0x02, 0x14, 0x40, 0x38,  // 2: ldrb w2, [x0], #1
        0x62, 0x00, 0x00, 0x34,  // cbz w2, 3f
        0x22, 0x00, 0x00, 0xb9,  // str w2, [x1]
        0xfd, 0xff, 0xff, 0x17,  // b 2b
        0x7f, 0x20, 0x03, 0xd5,  // 3: wfi
        0xff, 0xff, 0xff, 0x17,  // b 3b
    ]

    /// An ELF file with the note that makes it bootable without firmware (Xen's PVH ABI, XEN_ELFNOTE_PHYS32_ENTRY).
    private static func pvhImage(code: [UInt8]) -> [UInt8] {
        let address: UInt64 = 0x10_0000
        let headers: UInt64 = 64 + 2 * 56
        let noteSize: UInt64 = 12 + 4 + 8
        let note = le(UInt32(4)) + le(UInt32(8)) + le(UInt32(18)) + Array("Xen\0".utf8) + le(address)
        var image: [UInt8] = [0x7f] + Array("ELF".utf8) + [2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        image +=
            le(UInt16(2)) + le(ISA.x86_64.elfMachine) + le(UInt32(1)) + le(address) + le(UInt64(64)) + le(UInt64(0))
        image +=
            le(UInt32(0)) + le(UInt16(64)) + le(UInt16(56)) + le(UInt16(2)) + le(UInt16(0)) + le(UInt16(0))
            + le(UInt16(0))
        let codeSize = UInt64(code.count)
        image += segment(type: 1, offset: headers + noteSize, address: address, size: codeSize)
        image += segment(type: 4, offset: headers, address: 0, size: noteSize)
        return image + note + code
    }

    private static func segment(type: UInt32, offset: UInt64, address: UInt64, size: UInt64) -> [UInt8] {
        le(type) + le(UInt32(5)) + le(offset) + le(address) + le(address) + le(size) + le(size) + le(UInt64(4))
    }

    private static func le(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
