import Guest
import Support
import Topology

/// `run`: deploys a program, runs it on one node while the lab's kernels are recorded, and collects.
public struct RunProgram: Sendable {
    public struct Options: Sendable {
        /// The node on which the program starts; `nil` for the first.
        public var origin: String?
        public var environment: [String: String] = [:]
        public var arguments: [String] = []
        public var directory = Deployment.defaultDirectory
        public var timeout: Duration?
        /// Hops that are driven from outside.
        public var moves: DrivenMoves?
        /// The call sites at which the program's runtime shall move a thread.
        public var migrateAt: MigrationSites?

        public init() {}
    }

    /// What became of it.
    public struct Outcome: Sendable {
        public var run: RunDirectory
        public var result: RemoteResult
        /// If they were driven from outside.
        public var moves: DrivenMoves.Summary?
        public var warnings: [String]
    }

    let access: LabAccess
    let options: Options

    public init(access: LabAccess, options: Options) {
        self.access = access
        self.options = options
    }

    /// - Parameters:
    ///   - input: a descriptor of this process; likewise `output` and `errorOutput`. They are the program's own.
    public func callAsFunction(_ path: String, input: Int32, output: Int32, errorOutput: Int32) async throws -> Outcome
    {
        let origin = try options.origin.map(access.node) ?? access.record.nodes[0]
        let environment = try environment(for: path)
        let deployment = try Deployment(path: path, record: access.record, directory: options.directory)
        return try await access.withSessions(access.record.nodes) { sessions in
            let deployed = try await deployment(sessions, access)
            let run = try RunDirectory.create(verb: "run", directories: access.environment.directories)
            var manifest = Manifest(run: run, verb: "run", record: access.record, environment: access.environment)
            manifest.program = deployment.localPath
            manifest.binaries = deployed.digests
            try manifest.save(run)
            let collector = Collector(access: access, run: run, sessions: sessions, instance: "run-\(run.id)")
            try await collector.begin()
            guard let session = sessions.first(where: { $0.node.id == origin.id })?.session else {
                throw LabError(.noSuchNode, "\(origin.name) has no session")
            }
            let driver = try await options.moves?.start(on: origin, session)
            let words = ShellWord.join(["./" + deployment.name] + options.arguments)
            let command = RemoteCommand(
                "cd \(ShellWord.quote(options.directory)) && exec \(driver?.wrapping(words) ?? words)",
                environment: environment, input: .descriptor(input), output: .descriptor(output),
                errorOutput: .descriptor(errorOutput))
            let ending: Result<RemoteResult, any Error>
            do {
                ending = .success(try await session.exec(command, deadline: options.timeout.map { .now + $0 }))
            } catch {
                ending = .failure(error)
            }
            // What the kernels said is worth most when the program did not end well.
            manifest.warnings = await Task { await collector.end() }.value
            await note(driver, in: &manifest)
            manifest.ended = .init()
            manifest.exitCode = ending.exitCode
            if case .signalled(let name, _) = try? ending.get().ending { manifest.signal = "SIG\(name)" }
            try manifest.save(run)
            try access.environment.store.addRun(run.id, to: access.record.spec.name)
            return Outcome(
                run: run, result: try ending.get(), moves: manifest.moves, warnings: manifest.warnings)
        }
    }

    private func environment(for program: String) throws -> [String: String] {
        var environment = options.environment
        if let sites = options.migrateAt { environment[MigrationSites.variable] = try sites.value(for: program) }
        return environment
    }

    /// What became of the moves that were asked for.
    private func note(_ driver: DrivenMoves.Driver?, in manifest: inout Manifest) async {
        guard let driver, let wanted = options.moves else { return }
        do {
            // Also after an interruption, as above.
            let summary = try await Task { try await driver.summary() }.value
            manifest.moves = summary
            if let warning = summary.warning(wanted) { manifest.warnings.append(warning) }
        } catch {
            manifest.warnings.append("the moves were not counted: \(error.sentence)")
        }
    }
}

extension Result where Success == RemoteResult {
    /// The program's, or the one that popcorn-lab itself ends with because of what went wrong.
    fileprivate var exitCode: Int32 {
        switch self {
        case .success(let result): result.exitCode
        case .failure(let error): ExitStatus(of: error).rawValue
        }
    }
}
