import Binaries
import FoundationEssentials
import ISA
import Support
import TestSupport
import Testing

@Suite("programs for several ISAs")
final class MultiISABinaryTests {
    private let scratch: Scratch
    private var directory: String { scratch.path }

    init() throws { scratch = try Scratch() }

    private func write(_ name: String, _ elf: HandmadeELF) throws {
        try scratch.write(elf.bytes, to: name, mode: 0o755)
    }

    private func failure(_ name: String = "hello") -> BinaryError? {
        let error = #expect(throws: BinaryError.self) {
            try MultiISABinary(path: "\(directory)/\(name)", isas: ISA.allCases)
        }
        #expect(error?.code == .notRunnable)
        return error
    }

    @Test("a program is found by its name and by the name of each of its files")
    func found() throws {
        try write("hello_x86-64", HandmadeELF(machine: 62))
        try write("hello_aarch64", HandmadeELF(machine: 183))
        for name in ["hello", "hello_x86-64", "hello_aarch64"] {
            let program = try MultiISABinary(path: "\(directory)/\(name)", isas: [.aarch64, .x86_64, .x86_64])
            #expect(program.path == "\(directory)/hello")
            #expect(program.name == "hello")
            #expect(
                program.files == [
                    .x86_64: "\(directory)/hello_x86-64", .aarch64: "\(directory)/hello_aarch64",
                ])
        }
    }

    @Test("a file without suffix serves its own ISA, and only that")
    func plain() throws {
        try write("hello", HandmadeELF(machine: 183))
        let program = try MultiISABinary(path: "\(directory)/hello", isas: [.aarch64])
        #expect(program.files[.aarch64] == "\(directory)/hello")
        #expect(failure()?.summary == "'\(directory)/hello_x86-64' is missing: the lab has nodes that run x86-64")
    }

    @Test("a suffix that lies about the machine is told")
    func swapped() throws {
        try write("hello_x86-64", HandmadeELF(machine: 183))
        try write("hello_aarch64", HandmadeELF(machine: 243))
        let error = try #require(failure())
        #expect(error.summary.contains("'\(directory)/hello_x86-64' is for aarch64, not for x86-64"))
        #expect(error.summary.contains("'\(directory)/hello_aarch64' is for machine 243, not for aarch64"))
    }

    @Test(
        "what cannot migrate is told",
        arguments: [
            (
                HandmadeELF(pieces: [.interpreter("/lib/ld.so"), .libraries(["libc.so.6"])]),
                "needs /lib/ld.so, libc.so.6"
            ),
            (HandmadeELF(type: 3), "position-independent"), (HandmadeELF(type: 1), "not a program"),
            (HandmadeELF(magic: [0, 0, 0, 0]), "not an ELF file"),
        ])
    func unfit(elf: HandmadeELF, reason: String) throws {
        try write("hello_x86-64", elf)
        try write("hello_aarch64", HandmadeELF(machine: 183))
        let error = try #require(failure())
        #expect(error.summary.contains("'\(directory)/hello_x86-64'"))
        #expect(error.summary.contains(reason))
        #expect(!error.summary.contains("hello_aarch64"))
    }

    @Test("nothing at all is two missing files")
    func missing() throws {
        let error = try #require(failure())
        #expect(error.summary.contains("hello_x86-64' is missing"))
        #expect(error.summary.contains("hello_aarch64' is missing"))
        #expect(error.hint?.contains("popcorn-lab build") == true)
    }

    @Test(
        "what real compilers make is judged as it is",
        arguments: [(ISA.x86_64, "x86_64-linux-gnu-gcc"), (ISA.aarch64, "aarch64-linux-gnu-gcc")])
    func compiled(isa: ISA, compiler: String) async throws {
        let source = "\(directory)/main.c"
        try AtomicFile.write("int main(void) { return 0; }\n", to: source)
        func compile(_ options: [String], _ output: String) async throws {
            let build = ["-Wl,--build-id=0x0123456789abcdef", "-o", "\(directory)/\(output)", source]
            try await HostCommand(
                compiler, options + build, package: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
            ).check()
        }
        let name = MultiISABinary.path(of: "prog", for: isa)
        try await compile(["-static", "-no-pie"], name)
        let program = try MultiISABinary(path: "\(directory)/prog", isas: [isa])
        let file = try ELFFile(path: try #require(program.files[isa]))
        #expect(file.isStatic)
        #expect(file.kind == .executable)
        #expect(file.entry != 0)
        #expect(file.buildID == "0123456789abcdef")

        try await compile(["-pie", "-fPIE"], name)
        let dynamic = try ELFFile(path: "\(directory)/\(name)")
        #expect(dynamic.kind == .positionIndependent)
        #expect(dynamic.neededLibraries == ["libc.so.6"])
        #expect(dynamic.interpreter?.contains("ld-linux") == true)
        #expect(throws: BinaryError.self) { try MultiISABinary(path: "\(directory)/prog", isas: [isa]) }

        try await compile(["-c"], "prog.o")
        #expect(try ELFFile(path: "\(directory)/prog.o").kind == .relocatable)
    }
}
