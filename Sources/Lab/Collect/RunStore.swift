import FoundationEssentials
import Support
import Trace

/// The runs of this user: what was collected, and what can be made of it.
public struct RunStore: Sendable {
    let environment: LabEnvironment

    public init(environment: LabEnvironment) { self.environment = environment }

    /// The manifests of all runs, oldest first; directories without one are passed over.
    public func manifests() -> [Manifest] {
        RunDirectory.all(in: environment.directories).compactMap { try? Manifest.load($0) }
    }

    /// The run with this id, a beginning of it that is unique, or `last`.
    public func find(_ text: String) throws -> RunDirectory {
        let all = RunDirectory.all(in: environment.directories)
        let found = text == "last" ? all.suffix(1) : all.filter { $0.id.hasPrefix(text) }[...]
        guard let run = found.first, !text.isEmpty else {
            throw LabError(.badArgument, "there is no run '\(text)'", hint: "`popcorn-lab runs` lists them")
        }
        guard found.count == 1 else {
            throw LabError(.badArgument, "'\(text)' is the beginning of \(found.count) runs' ids")
        }
        return run
    }

    /// All that the nodes of a run recorded, on one clock.
    public func timeline(_ run: RunDirectory) throws -> Timeline {
        let manifest = try Manifest.load(run)
        return try Timeline.load(
            nodes: manifest.nodes.map(run.traceFiles), places: ProgramPlaces.map(of: manifest))
    }
}

extension LabAccess {
    /// Records what the kernels of a lab said since their boot as a run of its own.
    public func collect(verb: String) async throws -> (RunDirectory, [String]) {
        let run = try RunDirectory.create(verb: verb, directories: environment.directories)
        var manifest = Manifest(run: run, verb: verb, record: record, environment: environment)
        manifest.started = record.created
        try manifest.save(run)
        try await fill(run, &manifest)
        try environment.store.addRun(run.id, to: record.spec.name)
        return (run, manifest.warnings)
    }

    /// Brings everything since the guests' boot into a run that exists; nodes that do not answer give their consoles.
    func fill(_ run: RunDirectory, _ manifest: inout Manifest) async throws {
        var sessions: [NodeSession] = []
        var warnings: [String] = []
        for node in record.nodes {
            do {
                sessions.append(NodeSession(node: node, session: try await node.connect(paths)))
            } catch {
                warnings.append("\(node.name) does not answer; its console was kept: \(error)")
            }
        }
        warnings += await Collector(access: self, run: run, sessions: sessions, instance: nil).end()
        for session in sessions { await session.session.close() }
        manifest.warnings = warnings
        manifest.ended = Date()
        try manifest.save(run)
    }
}
