import Binaries
import FoundationEssentials
import ISA
import Support
import Testing

@Suite("ELF files")
struct ELFFileTests {
    @Test("a header tells machine, kind and entry", arguments: ISA.allCases)
    func header(isa: ISA) throws {
        let file = try ELFFile(HandmadeELF(machine: isa.elfMachine).bytes, name: "a")
        #expect(file.isa == isa)
        #expect(file.kind == .executable)
        #expect(file.entry == 0x40_1000)
        #expect(file.isStatic)
        #expect(file.buildID == nil)
    }

    @Test(
        "the kinds are told apart",
        arguments: [(UInt16(1), ELFFile.Kind.relocatable), (2, .executable), (3, .positionIndependent), (4, .other(4))])
    func kind(type: UInt16, kind: ELFFile.Kind) throws {
        #expect(try ELFFile(HandmadeELF(type: type).bytes, name: "a").kind == kind)
    }

    @Test("interpreter and libraries make a program dynamic")
    func dynamic() throws {
        let file = try ELFFile(
            HandmadeELF(pieces: [.interpreter("/lib/ld.so"), .libraries(["libm.so.6", "libc.so.6"])]).bytes, name: "a")
        #expect(file.interpreter == "/lib/ld.so")
        #expect(file.neededLibraries == ["libm.so.6", "libc.so.6"])
        #expect(!file.isStatic)
    }

    @Test("the build id is found among other notes")
    func buildID() throws {
        let notes: [HandmadeELF.Piece] = [
            .note(name: "GNU", type: 1, description: [0, 0, 0, 0]),
            .note(name: "Other", type: 3, description: [1, 2, 3]),
            .note(name: "GNU", type: 3, description: [0xde, 0xad, 0xbe, 0xef, 0x01]),
        ]
        #expect(try ELFFile(HandmadeELF(pieces: notes).bytes, name: "a").buildID == "deadbeef01")
        #expect(try ELFFile(HandmadeELF(pieces: Array(notes.prefix(2))).bytes, name: "a").buildID == nil)
    }

    @Test(
        "other files are refused, and why",
        arguments: [
            ([], "not an ELF file"), (Array("#!/bin/sh\n".utf8), "not an ELF file"),
            ([0x7f, 0x45, 0x4c], "not an ELF file"),
            ([0x7f, 0x45, 0x4c, 0x46], "truncated"), (HandmadeELF(fileClass: 1).bytes, "32-bit"),
            (HandmadeELF(byteOrder: 2).bytes, "big-endian"), (Array(HandmadeELF().bytes.dropLast()), "truncated"),
            (HandmadeELF(segmentHeaderSize: 32, pieces: [.interpreter("/x")]).bytes, "damaged"),
        ])
    func refused(bytes: [UInt8], reason: String) {
        let error = #expect(throws: BinaryError.self) { try ELFFile(bytes, name: "prog") }
        #expect(error?.code == .format)
        #expect(error?.summary.contains("'prog'") == true)
        #expect(error?.summary.contains(reason) == true, "\(String(describing: error))")
    }

    @Test("a file cut off anywhere within what its headers name is refused")
    func truncated() {
        let whole = HandmadeELF(
            pieces: [
                .interpreter("/lib/ld.so"), .note(name: "GNU", type: 3, description: [1, 2, 3, 4]),
                .libraries(["libc.so.6"]),
            ]
        ).bytes
        #expect(throws: Never.self) { try ELFFile(whole, name: "whole") }
        for count in whole.indices {
            #expect(throws: BinaryError.self, "cut after \(count) bytes") {
                try ELFFile(Array(whole.prefix(count)), name: "cut")
            }
        }
    }

    @Test("damaged bytes give an error or another answer, never a crash")
    func damaged() {
        let whole = HandmadeELF(
            pieces: [
                .note(name: "GNU", type: 3, description: [1, 2, 3, 4]), .interpreter("/lib/ld.so"),
                .libraries(["libc.so.6"]),
            ]
        ).bytes
        for index in whole.indices {
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] where whole[index] != value {
                var bytes = whole
                bytes[index] = value
                do {
                    _ = try ELFFile(bytes, name: "damaged")
                } catch {
                    #expect(error.code == .format)
                }
            }
        }
    }

    @Test("this test program is what it is")
    func itself() throws {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let file = try ELFFile(path: path)
        #expect(file.isa == ISA.host)
        #expect(file.interpreter != nil)
        #expect(file.neededLibraries.contains { $0.hasPrefix("libc.so") })
    }

    @Test("what is no regular file is refused", arguments: ["/dev/null", "/", "/nonexistent"])
    func irregular(path: String) {
        let error = #expect(throws: BinaryError.self) { try ELFFile(path: path) }
        #expect(error?.code == .unreadable)
        #expect(error?.summary.contains("'\(path)'") == true)
    }
}
