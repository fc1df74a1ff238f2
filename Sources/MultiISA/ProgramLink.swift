import Binaries
import FoundationEssentials
import MultiISAPasses
import Support

/// The link: from objects and archives of bitcode to one module, and to a binary per ISA.
struct ProgramLink {
    let compilation: Compilation
    /// Directories that are searched for libraries after those of `-L`.
    let libraryPath: [String]

    private var invocation: Invocation { compilation.invocation }
    private var work: WorkDirectory { compilation.work }

    /// Returns false if a source does not compile.
    func run(_ library: RuntimeLibrary) async throws -> Bool {
        // crt1.o wants main, so that an archive may have it.
        guard var assembly = try await assemble(needed: ["main"]) else { return false }
        let output = invocation.output ?? "a.out", frontEnd = compilation.frontEnd
        let linker = ProgramLinker(sysroot: frontEnd.sysroot, library: library, invocation: invocation)
        if invocation.isDryRun { return try await linker.show(output: output, work: work.path) }
        for module in try library.modules() { try assembly.add(libraryMember: module) }
        let module = try assembly.finish(always: ["exit"]) { program in
            guard program.definedSymbols.contains("main") else {
                throw CompilerError(.link, "the program has no main")
            }
            let libc = try LibcSymbols(sysroot: frontEnd.sysroot)
            program.resolveWeak { libc.names.contains($0) }
            warnOfOwnAllocator(program)
            try compilation.check(program, multiISACheckLibcCalls)
        }
        let findings = Findings()
        let program = try Transformation(invocation: invocation, findings: findings).run(module, into: work.path)
        let description = try ProgramDescription(
            buildID: String(program.digest.prefix(40)), policy: invocation.checks.rawValue, checks: program.checks,
            functionsJSON: program.functions, holds: findings.holds)
        try await linker.link(program, description: description, output: output, work: work.path)
        if invocation.saveTemporaries {
            Messages.say("popcorn-cc: the module and the objects are in \(work.path)")
        }
        return true
    }

    /// libc's own functions never call functions of the program that are named like libc's. Of most, nobody sees that; an
    /// object of one allocator that is freed by another one damages both.
    private func warnOfOwnAllocator(_ program: Module) {
        let own = program.definedSymbols.intersection(["malloc", "calloc", "realloc", "free"]).sorted()
        guard !own.isEmpty, !invocation.frontEnd.contains("-w") else { return }
        Messages.say(
            "popcorn-cc: warning: the program defines \(own.joined(separator: ", ")), which libc's functions do not call: "
                + "what they allocate (strdup, getline, asprintf) is not for the program's own free")
    }

    /// `-r`: one object of all inputs, in which symbols may still be undefined.
    func merge() async throws -> Bool {
        guard let assembly = try await assemble(needed: []) else { return false }
        if invocation.isDryRun { return true }
        try OutputFile.write(try assembly.merged().bitcode, to: (invocation.output ?? "a.out").asOutput)
        return true
    }

    private func assemble(needed: Set<String>) async throws -> ModuleAssembly? {
        var assembly = ModuleAssembly(
            needed: needed.union(invocation.linker.needed), wrapped: invocation.linker.wrapped,
            allowsMultipleDefinitions: invocation.linker.allowsMultipleDefinitions)
        var isGood = true
        for (index, input) in invocation.inputs.enumerated() {
            switch input {
            case .source(let path, let language):
                let object = work.file("\(index).o")
                isGood = try await compilation.compile((path, language), to: object) && isGood
                if isGood && !invocation.isDryRun { try assembly.add(object: object, name: path) }
            case .object(let path): if !invocation.isDryRun { try assembly.add(object: path) }
            case .library(let name): if let path = try findLibrary(name) { try assembly.add(object: path) }
            case .wholeArchives(let begins): assembly.takesWhole = begins
            case .group(let begins): try begins ? assembly.beginGroup() : assembly.endGroup()
            }
        }
        return isGood ? assembly : nil
    }

    /// `-lNAME` as an archive of bitcode; `nil` for what libc contains.
    private func findLibrary(_ name: String) throws -> String? {
        let file = name.hasPrefix(":") ? String(name.dropFirst()) : "lib\(name).a"
        for directory in invocation.libraryDirectories + libraryPath {
            let path = "\(directory)/\(file)"
            if path.withBytes({ access($0, R_OK) }) == 0 { return path }
        }
        // What musl and gcc have under such names is in libc and in what every program is linked with.
        let known = [
            "c", "m", "pthread", "rt", "dl", "util", "crypt", "xnet", "resolv", "gcc", "gcc_eh", "gcc_s", "atomic",
            "ssp",
            "ssp_nonshared", "popcorn",
        ]
        if known.contains(name) || known.contains(where: { file == "lib\($0).a" }) { return nil }
        throw CompilerError(
            .link, "-l\(name): there is no \(file) in the directories given by -L",
            hint: "libraries must be archives of bitcode: build them with CC=popcorn-cc")
    }
}
