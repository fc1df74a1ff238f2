import FoundationEssentials
import MultiISAInspect
import MultiISAPasses
import Support
import Topology

/// `popcorn-cc`: behaves like `cc`; objects hold bitcode, and the link does the rest.
public struct Driver: Sendable {
    private let environment: Environment

    public init(environment: Environment) { self.environment = environment }

    /// Does what the arguments ask for. Messages go to standard error. Returns the exit code.
    public func run(_ arguments: [String]) async -> Int32 {
        if arguments == ["--libc-table"] {
            write(LibcTable.markdown, to: STDOUT_FILENO)
            return 0
        }
        do {
            return try await compile(try Invocation(arguments)) ? 0 : 1
        } catch {
            say((error as? CompilerError)?.code == .refused ? "\(error)" : "popcorn-cc: error: \(error)")
            return ExitStatus(of: error).rawValue
        }
    }

    private func compile(_ invocation: Invocation) async throws -> Bool {
        for warning in invocation.warnings { say("popcorn-cc: warning: \(warning)") }
        let cache = Directories(environment: environment.variables).cache
        let runtime = try RuntimeSources(environment: environment)
        let sysroot = try await Sysroot.prepare(cache: cache)
        let frontEnd = FrontEnd(sysroot: sysroot, runtime: runtime)
        switch invocation.action {
        case .ask, .preprocess:
            return try await frontEnd.pass(invocation)
        case .assemble, .compile:
            for case .source(let source) in invocation.inputs {
                let isText = invocation.action == .assemble
                let output = invocation.output ?? Self.replaceSuffix(source, isText ? ".s" : ".o")
                guard try await compile(source, to: output, frontEnd, invocation, asText: isText) else { return false }
            }
            return true
        case .link:
            return try await link(
                invocation, frontEnd,
                RuntimeLibrary.prepare(
                    cache: cache, sysroot: sysroot, sources: runtime))
        }
    }

    /// One source to one object, checked for what cannot migrate.
    private func compile(
        _ source: String, to output: String, _ frontEnd: FrontEnd, _ invocation: Invocation, asText: Bool = false
    ) async throws -> Bool {
        guard try await frontEnd.compile(source, to: output, invocation, asText: asText) else { return false }
        guard !asText, let content = FileManager.default.contents(atPath: output) else { return true }
        do {
            try check(Module(bitcode: Array(content), name: source), invocation, multiISACheckSupported)
        } catch {
            unlink(output)
            throw error
        }
        return true
    }

    private typealias Check = (OpaquePointer?, MultiISADiagnosticHandler?, UnsafeMutableRawPointer?) -> Void

    /// Prints the warnings of a check, and throws what it refuses.
    private func check(_ module: Module, _ invocation: Invocation, _ check: Check) throws {
        let findings = Findings()
        findings.collect { check(module.reference, $0, $1) }
        if !invocation.frontEnd.contains("-w") { findings.warnings.forEach(say) }
        try findings.check()
    }

    private func link(_ invocation: Invocation, _ frontEnd: FrontEnd, _ library: RuntimeLibrary) async throws -> Bool {
        let output = invocation.output ?? "a.out"
        let work =
            "\(FileManager.default.temporaryDirectory.path)/popcorn-cc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(work)
        defer { if !invocation.saveTemporaries { try? FileManager.default.removeItem(atPath: work) } }

        var assembly = ModuleAssembly()
        for (index, input) in invocation.inputs.enumerated() {
            switch input {
            case .source(let path):
                let object = "\(work)/\(index).o"
                guard try await compile(path, to: object, frontEnd, invocation) else { return false }
                try assembly.add(object: object)
            case .object(let path): try assembly.add(object: path)
            case .library(let name):
                if let path = try findLibrary(name, invocation) { try assembly.add(object: path) }
            }
        }
        for module in try library.modules() { try assembly.add(libraryMember: module) }
        let module = try assembly.finish(always: ["exit"]) { program in
            guard program.definedSymbols.contains("main") else {
                throw CompilerError(.link, "the program has no main")
            }
            try check(program, invocation, multiISACheckLibcCalls)
        }
        let findings = Findings()
        let program = try Transformation(invocation: invocation, findings: findings).run(module, into: work)
        let description = try ProgramDescription(
            buildID: String(program.digest.prefix(40)), policy: invocation.checks.rawValue, checks: program.checks,
            functionsJSON: program.functions, holds: findings.holds)
        try await ProgramLinker(sysroot: frontEnd.sysroot, runtime: frontEnd.runtime, library: library)
            .link(program, description: description, output: output, work: work)
        if invocation.saveTemporaries { say("popcorn-cc: the module and the objects are in \(work)") }
        return true
    }

    /// `-lNAME` as an archive of bitcode; `nil` for what libc contains.
    private func findLibrary(_ name: String, _ invocation: Invocation) throws -> String? {
        for directory in invocation.libraryDirectories {
            let path = "\(directory)/lib\(name).a"
            if access(path, R_OK) == 0 { return path }
        }
        if ["c", "m", "pthread", "rt", "dl", "util", "crypt", "gcc", "popcorn"].contains(name) { return nil }
        throw CompilerError(
            .link, "-l\(name): there is no lib\(name).a in the directories given by -L",
            hint: "libraries must be archives of bitcode: build them with CC=popcorn-cc")
    }

    private static func replaceSuffix(_ path: String, _ suffix: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex) + suffix
    }

    private func say(_ text: String) { write(text, to: STDERR_FILENO) }

    private func write(_ text: String, to descriptor: Int32) {
        try? AtomicFile.writeAll(Array((text + "\n").utf8), to: descriptor, name: "a standard stream")
    }
}
