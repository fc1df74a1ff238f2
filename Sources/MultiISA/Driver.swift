import FoundationEssentials
import MultiISAPasses
import Support

/// `popcorn-cc`: behaves like `cc`; objects hold bitcode, and the link does the rest.
package struct Driver: Sendable {
    private let environment: Environment

    /// Makes a driver for these surroundings; it looks for nothing before `run`.
    package init(environment: Environment) { self.environment = environment }

    /// Does what the arguments ask for. Messages go to standard error. Returns the exit code.
    package func run(_ arguments: [String]) async -> Int32 {
        do {
            return try await perform(try Invocation(arguments)) ? 0 : 1
        } catch {
            Messages.say((error as? CompilerError)?.code == .refused ? "\(error)" : "popcorn-cc: error: \(error)")
            return ExitStatus(of: error).rawValue
        }
    }

    private func perform(_ invocation: Invocation) async throws -> Bool {
        if case .ask(let question) = invocation.action, let text = Answers.text(question) {
            Messages.write(text + "\n", to: STDOUT_FILENO)
            return true
        }
        let directories = Directories(environment: environment.variables)
        let runtime = try RuntimeSources(environment: environment)
        let sysroot = try await Sysroot.prepare(directories)
        let frontEnd = FrontEnd(sysroot: sysroot, runtime: runtime)
        let work = try WorkDirectory(isKept: invocation.saveTemporaries && invocation.action == .link)
        let compilation = Compilation(frontEnd: frontEnd, invocation: invocation, work: work)
        let libraryPath = (environment.variables["LIBRARY_PATH"] ?? "").split(separator: ":").map(String.init)
        let link = ProgramLink(compilation: compilation, libraryPath: libraryPath)
        switch invocation.action {
        case .ask(let question): return try await Answers(frontEnd: frontEnd).answer(question, invocation)
        case .preprocess: return try await frontEnd.preprocess(invocation, work: work)
        case .check: return try await frontEnd.check(invocation, work: work)
        case .assemble, .compile: return try await compilation.run()
        case .merge: return try await link.merge()
        case .link:
            return try await link.run(
                RuntimeLibrary.prepare(cache: directories.cache, sysroot: sysroot, sources: runtime))
        }
    }
}
