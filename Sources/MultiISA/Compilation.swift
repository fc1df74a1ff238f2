import FoundationEssentials
import MultiISAPasses
import Support

/// `-c` and `-S`: one object, or one text, per source.
struct Compilation {
    let frontEnd: FrontEnd
    let invocation: Invocation
    let work: WorkDirectory

    func run() async throws -> Bool {
        for case .object(let path) in invocation.inputs {
            Messages.say("popcorn-cc: warning: \(path): not used, as nothing is linked")
        }
        var isGood = true
        for source in invocation.sources {
            let isText = invocation.action == .assemble
            let output = invocation.output ?? source.path.fileName.withoutSuffix + (isText ? ".s" : ".o")
            let object = work.file("object")
            do {
                guard try await compile(source, to: object, asText: isText) else {
                    Self.discard(output)
                    isGood = false
                    continue
                }
            } catch {
                Self.discard(output)
                throw error
            }
            if invocation.isDryRun { continue }
            try OutputFile.write(try AtomicFile.contents(of: object), to: output.asOutput)
        }
        return isGood
    }

    /// One source to one object, checked for what cannot migrate. Returns false after clang's errors.
    func compile(_ source: (path: String, language: String?), to object: String, asText: Bool = false) async throws
        -> Bool
    {
        guard try await frontEnd.compile(source, to: object, invocation, asText: asText, work: work) else {
            return false
        }
        guard !asText, let content = try? AtomicFile.read(object) else { return true }
        let module = try Module(bitcode: Array(content), name: source.path)
        guard !invocation.debugInformation, multiISAHasFindingsInVariables(module.reference) else {
            try check(module, multiISACheckSupported)
            return true
        }
        return try await checkWithLines(source, to: object)
    }

    /// Compiles once more, to know the variables' lines.
    private func checkWithLines(_ source: (path: String, language: String?), to object: String) async throws -> Bool {
        var again = invocation
        again.frontEnd += ["-g", "-w"]
        guard try await frontEnd.compile(source, to: object, again, work: work) else { return false }
        let content = try AtomicFile.contents(of: object)
        try check(Module(bitcode: Array(content), name: source.path), multiISACheckSupported)
        return true
    }

    typealias Check = (OpaquePointer?, MultiISADiagnosticHandler?, UnsafeMutableRawPointer?) -> Void

    /// Prints the warnings of a check, and throws what it refuses.
    func check(_ module: Module, _ check: Check) throws {
        let findings = Findings()
        findings.collect { check(module.reference, $0, $1) }
        if !invocation.frontEnd.contains("-w") { findings.warnings.forEach(Messages.say) }
        try findings.check()
    }

    /// As cc does, leaves no output of an earlier compilation after one that failed.
    private static func discard(_ output: String) {
        var status = stat()
        if lstat(output, &status) == 0 && status.st_mode & S_IFMT == S_IFREG { unlink(output) }
    }
}
