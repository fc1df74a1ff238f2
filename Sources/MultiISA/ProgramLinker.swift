import Binaries
import FoundationEssentials
import ISA
import Support

/// Links one binary per ISA, with one layout, and checks that it is one.
struct ProgramLinker {
    let sysroot: Sysroot
    let library: RuntimeLibrary
    let invocation: Invocation

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
                    "--target=\(isa.muslTriplet)", "-c", "-x", "assembler", "-o", described,
                    try writeAssembly(descriptionFile, work),
                ], else: .host, purpose: "describe the program")
            let map = work + "/map"
            let options =
                ["--build-id=0x\(description.buildID)"]
                + (isa == ISA.host && invocation.linker.map != nil ? ["-Map=\(map)"] : [])
            let all = try await arguments(isa, options, objects: [object, described], output: binary)
            if invocation.isVerbose { Messages.show(.linker, all) }
            try await Tool.linker.output(all, else: .link, purpose: "link the \(isa.rawValue) binary")
            binaries[isa] = binary
        }
        try checkLayout(binaries)
        try install(binaries, output: output)
        if let map = invocation.linker.map {
            try OutputFile.write(try AtomicFile.contents(of: work + "/map"), to: map.asOutput)
        }
    }

    /// Shows how the binaries would be linked.
    func show(output: String, work: String) async throws -> Bool {
        for isa in ISA.allCases {
            let object = "\(work)/\(isa.rawValue).popcorn-program.o"
            Messages.show(
                .linker,
                try await arguments(isa, [], objects: [object], output: MultiISABinary.path(of: output, for: isa)))
        }
        return true
    }

    private func arguments(_ isa: ISA, _ options: [String], objects: [String], output: String) async throws -> [String]
    {
        let c = sysroot.libraries(isa)
        return [
            "-static", "-z", "noexecstack", "-z", "max-page-size=4096", "-T", library.linkerScript,
        ] + options + ["-o", output, "\(c)/crt1.o", "\(c)/crti.o"] + objects + (try library.objects(isa)) + [
            "--start-group", "\(c)/libc.a", try await Self.compilerLibrary(isa), "--end-group", "\(c)/crtn.o",
        ]
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
    static func compilerLibrary(_ isa: ISA) async throws -> String {
        let tools = CrossTools(for: isa, host: ISA.host)
        let gcc = Tool(name: tools.gcc, package: tools.gccPackage)
        let path = try await gcc.output(["-print-libgcc-file-name"], else: .host, purpose: "find libgcc")
        return path.firstLine
    }

    private func checkLayout(_ binaries: [ISA: String]) throws {
        var files: [ISA: ELFFile] = [:]
        for (isa, path) in binaries { files[isa] = try ELFFile(path: path) }
        guard let x86 = files[.x86_64], let arm = files[.aarch64] else { return }
        let differences = try LayoutComparison(x86, arm).differences
        guard differences.isEmpty else {
            let list = differences.prefix(40).map { "    \($0)" }.joined(separator: "\n")
            throw CompilerError(
                .layout, "the two binaries differ where they must not (x86-64, aarch64):\n\(list)",
                hint: "this is a bug of popcorn-cc; -save-temps keeps what it made")
        }
    }

    /// The programs beside each other if the output is a file; into anything else goes the one for this host.
    private func install(_ binaries: [ISA: String], output: String) throws {
        let place = OutputFile.Place(of: output.asOutput)
        if case .file(let path) = place {
            for (isa, binary) in binaries {
                try OutputFile.write(
                    try AtomicFile.contents(of: binary), to: MultiISABinary.path(of: path, for: isa), mode: 0o777)
            }
        }
        guard let own = ISA.host.flatMap({ binaries[$0] }) else { return }
        try OutputFile.write(try AtomicFile.contents(of: own), to: output.asOutput, mode: 0o777)
    }
}
