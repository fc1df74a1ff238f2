import FoundationEssentials
import MultiISAInspect
import Support
import Topology

/// Links one binary per ISA, with one layout, and checks that it is one.
struct ProgramLinker {
    let sysroot: Sysroot
    let runtime: RuntimeSources
    let library: RuntimeLibrary

    /// - Parameter output: NAME; NAME_x86-64, NAME_aarch64 and NAME itself appear, or none of them.
    func link(_ program: Transformation.Result, description: ProgramDescription, output: String, work: String)
        async throws
    {
        let descriptionFile = work + "/description.json"
        try AtomicFile.write(try description.json(), to: descriptionFile)
        var binaries: [ISA: String] = [:]
        for isa in ISA.allCases {
            guard let object = program.objects[isa] else { continue }
            let binary = "\(work)/\(isa.rawValue)", described = "\(work)/\(isa.rawValue).description.o"
            try await Tool.clang.output(
                [
                    "--target=\(Sysroot.triplet(isa))", "-c", "-x", "assembler", "-o", described,
                    try writeAssembly(descriptionFile, work),
                ], else: .host, purpose: "describe the program")
            let c = sysroot.libraries(isa)
            try await Tool.linker.output(
                [
                    "-static", "-z", "noexecstack", "-z", "max-page-size=4096", "-T", runtime.linkerScript,
                    "--build-id=0x\(description.buildID)", "-o", binary, "\(c)/crt1.o", "\(c)/crti.o", object,
                    described,
                ] + library.objects(isa)
                    + [
                        "--start-group", "\(c)/libc.a", try await Self.compilerLibrary(isa), "--end-group",
                        "\(c)/crtn.o",
                    ],
                else: .link, purpose: "link the \(isa.rawValue) binary")
            binaries[isa] = binary
        }
        try checkLayout(binaries)
        try install(binaries, output: output)
    }

    private func writeAssembly(_ description: String, _ work: String) throws -> String {
        let path = work + "/description.s"
        try AtomicFile.write(
            """
            \t.section \(ProgramDescription.section),"",%progbits
            \t.incbin "\(description)"
            \t.section .note.GNU-stack,"",%progbits

            """, to: path)
        return path
    }

    /// libgcc.a: division of 128-bit integers and the like.
    private static func compilerLibrary(_ isa: ISA) async throws -> String {
        let isNative = isa == ISA.host
        let gcc = Tool(
            name: isNative ? "gcc" : "\(isa.gnuTriplet)-gcc",
            package: isNative ? "gcc" : "gcc-\(isa.gnuTriplet)".replacing("_", with: "-"))
        let path = try await gcc.output(["-print-libgcc-file-name"], else: .host, purpose: "find libgcc")
        return String(path.prefix { !$0.isNewline })
    }

    private func checkLayout(_ binaries: [ISA: String]) throws {
        var files: [ISA: LinkedELF] = [:]
        for (isa, path) in binaries { files[isa] = try LinkedELF(path: path) }
        guard let x86 = files[.x86_64], let arm = files[.aarch64] else { return }
        let differences = LayoutComparison(x86, arm).differences
        guard differences.isEmpty else {
            let list = differences.prefix(40).map { "    \($0)" }.joined(separator: "\n")
            throw CompilerError(
                .layout, "the two binaries differ where they must not (x86-64, aarch64):\n\(list)",
                hint: "this is a bug of popcorn-cc; -save-temps keeps what it made")
        }
    }

    private func install(_ binaries: [ISA: String], output: String) throws {
        for (isa, path) in binaries {
            guard let content = FileManager.default.contents(atPath: path) else { throw SystemError("read \(path)") }
            try AtomicFile.write(content, to: "\(output)_\(isa.rawValue)", mode: 0o755)
            if isa == ISA.host { try AtomicFile.write(content, to: output, mode: 0o755) }
        }
    }
}
