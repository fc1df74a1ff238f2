import Guest
import GuestContract
import Support
import Topology

/// The run of a program: its directory, its manifest, and what collects.
struct ProgramRecording: Sendable {
    let run: RunDirectory
    private let isOwn: Bool
    private let manifest: Manifest
    private let access: LabAccess
    var collector: Collector

    /// Makes the run's directory, and writes the manifest as far as it is known.
    ///
    /// - Parameters:
    ///   - digests: of the program's files, by name.
    ///   - directory: the run's, if there is one already; such a run is part of another, and none of the lab's own.
    init(
        of deployment: Deployment, _ digests: [String: String], _ access: LabAccess, _ nodes: [RecordedNode],
        in directory: RunDirectory?
    ) throws {
        run = try directory ?? RunDirectory.create(verb: .run, directories: access.environment.directories)
        isOwn = directory == nil
        var manifest = Manifest(run: run, verb: .run, record: access.record, environment: access.environment)
        manifest.program = deployment.localPath
        manifest.binaries = digests
        try manifest.save(run)
        self.manifest = manifest
        self.access = access
        collector = Collector(access: access, run: run, nodes: nodes)
    }

    /// Completes the manifest, and makes the run one of the lab's.
    func complete(
        _ ending: Result<RemoteResult, any Error>, moves: MoveSummary?, steps: [Step], warnings: [String]
    ) throws {
        var manifest = manifest
        manifest.warnings = warnings
        manifest.moves = moves
        manifest.steps = steps
        manifest.ended = .init()
        manifest.exitCode = ending.exitCode
        if case .signalled(let name, _) = try? ending.get().ending { manifest.signal = "SIG\(name)" }
        try manifest.save(run)
        if isOwn { try access.environment.store.addRun(run.id, to: access.record.spec.name) }
    }
}

extension Result where Success == RemoteResult {
    /// The program's, or the one that popcorn-lab itself ends with because of what went wrong.
    var exitCode: Int32 {
        switch self {
        case .success(let result): result.exitCode
        case .failure(let error): ExitStatus(of: error).rawValue
        }
    }
}
