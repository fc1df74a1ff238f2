import FoundationEssentials
import ISA
import Support

/// What makefiles and configure scripts ask a compiler.
struct Answers {
    let frontEnd: FrontEnd

    /// What is known without any tool of the host.
    static func text(_ question: Invocation.Question) -> String? {
        switch question {
        case .help: help
        case .libcTable: LibcTable.markdown
        default: nil
        }
    }

    /// Returns whether the question has an answer.
    func answer(_ question: Invocation.Question, _ invocation: Invocation) async throws -> Bool {
        switch question {
        case .help, .libcTable: write(Self.text(question) ?? "")
        case .frontEnd: return try await Tool.clang.run(frontEnd.arguments + invocation.frontEnd)
        case .linker(let option): return try await Tool.linker.run([option])
        case .program(let name): write(await Self.program(name))
        case .file(let name): write(try await file(name))
        case .print(let option):
            guard let text = try await value(of: option) else {
                throw CompilerError(.usage, "\(option): popcorn-cc has no answer to that")
            }
            write(text)
        }
        return true
    }

    private func value(of option: String) async throws -> String? {
        let directory = frontEnd.sysroot.libraries(.x86_64)
        switch option {
        case "-print-multiarch": return ISA.x86_64.muslTriplet
        case "-print-libgcc-file-name": return try await ProgramLinker.compilerLibrary(.x86_64)
        case "-print-search-dirs":
            return
                "install: \(frontEnd.runtime.directory)/\nprograms: =\(try await resources())/\nlibraries: =\(directory)/"
        case "-print-sysroot": return ""
        case "-print-multi-lib": return ".;"
        case "-print-multi-directory", "-print-multi-os-directory": return "."
        case "-print-resource-dir": return try await resources()
        case "-print-target-triple", "-print-effective-triple": return ISA.x86_64.muslTriplet
        default: return nil
        }
    }

    private func resources() async throws -> String {
        try await Tool.clang.output(["-print-resource-dir"], else: .host, purpose: "ask clang").firstLine
    }

    /// The tools that work on bitcode; as gcc does, the name alone if there is none of ours.
    private static func program(_ name: String) async -> String {
        let tool: Tool? =
            switch name {
            case "ld", "ld.lld", "collect2": .linker
            case "cc1", "clang": .clang
            case "ar", "nm", "ranlib", "strip", "objdump", "objcopy", "readelf", "size", "strings", "addr2line":
                Tool(name: "llvm-\(name)-19", package: "llvm-19")
            default: nil
            }
        return (try? await tool?.path()) ?? name
    }

    /// A header's directory, a file of libc's or libgcc; as gcc does, the name alone if there is none.
    private func file(_ name: String) async throws -> String {
        if name == "libgcc.a" { return try await ProgramLinker.compilerLibrary(.x86_64) }
        if name == "include" { return try await resources() + "/include" }
        let path = "\(frontEnd.sysroot.libraries(.x86_64))/\(name)"
        return !name.isEmpty && access(path, R_OK) == 0 ? path : name
    }

    private func write(_ text: String) { Messages.write(text + "\n", to: STDOUT_FILENO) }

    private static let help = """
        Usage: popcorn-cc [options] file...

        Compiles C for x86-64 and aarch64 at once. Linking to NAME gives NAME_x86-64, NAME_aarch64 and NAME, the one for this
        host; a thread of such a program can move between kernels of both. Objects hold LLVM bitcode. Options are those of cc.

          -c, -S, -E, -r             compile only; to LLVM IR; preprocess only; make one object of several
          -o FILE                    the output; only regular files are replaced, anything else is written to
          -I, -D, -U, -O, -g, -W, -f, -std=, -l, -L, -MD, -Wl,OPTION, @FILE
                                     as with cc -static; what cannot be is refused
          -fmigration-checks=none    the program moves at its own calls of migrate and check_migrate only
          -fmigration-checks=entry   and at the entry of every function that calls another or loops
          -fmigration-checks=outer   and in loops; loops that call nothing are divided into chunks (the default)
          -fmigration-checks=all     every function, every iteration
          -save-temps                keeps the module before and after the transformation
          -v, -###                   shows the commands, and with -### does not run them
          --libc-table               what becomes of each function of libc
        """
}

extension String {
    var firstLine: String { String(prefix { !$0.isNewline }) }
}
