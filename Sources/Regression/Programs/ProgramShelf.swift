import FoundationEssentials
import Lab
import Support

/// The programs of a run: each is built once, when its first case needs it.
actor ProgramShelf {
    private let environment: LabEnvironment
    private let executable: String
    /// Where programs go that are built for this run alone.
    private let directory: String
    private var builds: [SuiteProgram: Task<String, any Error>] = [:]
    private let turns: BuildTurns

    init(environment: LabEnvironment, executable: String, directory: String, turns: BuildTurns = BuildTurns()) {
        self.environment = environment
        self.executable = executable
        self.directory = directory
        self.turns = turns
    }

    /// The program's path on this host, without the ISA's suffix.
    ///
    /// - Throws: `LabError` if it does not exist or does not build, with what the compiler says.
    func path(of program: SuiteProgram) async throws -> String {
        if let build = builds[program] { return try await build.value }
        let build = Task { try await turns.take { try await self.build(program) }.value }
        builds[program] = build
        return try await build.value
    }

    private func build(_ program: SuiteProgram) async throws -> String {
        switch program.source {
        case .binary(let path): return path
        case .shipped(let folder, let name):
            guard FileManager.default.fileExists(atPath: "\(environment.share.programs)/\(folder)/Makefile") else {
                throw LabError(.badArgument, "no folder '\(folder)' of programs ships with popcorn-lab")
            }
            return "\(try await ProgramBuild(environment: environment).build(folder, compiler: try compiler()))/\(name)"
        case .sources(let files, let flags):
            let folder = "\(directory)/\(program.name)"
            try Directories.create(folder)
            let output = "\(folder)/\(program.name)"
            let compiler = try compiler()
            try await run(program, compiler.path, flags + files + ["-o", output], compiler)
            return output
        case .make(let folder, let target):
            let compiler = try compiler()
            try await run(
                program, "make", ["--no-print-directory", "-C", folder, "CC=\(compiler.path)", target], compiler)
            return "\(folder)/\(target)"
        }
    }

    private func compiler() throws -> Compiler {
        try Compiler.locate(environment: environment.variables, executable: executable)
    }

    private func run(_ program: SuiteProgram, _ tool: String, _ arguments: [String], _ compiler: Compiler) async throws
    {
        var command = HostCommand(tool, arguments, package: "make")
        for (name, value) in compiler.variables(share: environment.share) where environment.variables[name] == nil {
            command.environment[name] = value
        }
        do {
            try await command.check()
        } catch let error as HostCommandError {
            throw LabError(
                .hostUnfit, "'\(program.name)' does not build",
                details: [command.line] + error.details, hint: error.hint)
        }
    }
}
