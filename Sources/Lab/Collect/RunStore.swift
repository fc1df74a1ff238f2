import FoundationEssentials
import GuestContract
import Support
import Topology
import Trace

/// The runs of this user: what was collected, and what can be made of it.
package struct RunStore: Sendable {
    let environment: LabEnvironment

    /// Makes a store of the runs in the environment's state directory, which need not exist.
    package init(environment: LabEnvironment) { self.environment = environment }

    /// The manifests of all runs, oldest first; directories without one are passed over.
    package func manifests() -> [Manifest] {
        RunDirectory.all(in: environment.directories).compactMap { try? Manifest.load($0) }
    }

    /// The run with this id, a beginning of it that is unique, or `last`.
    package func find(_ text: String) throws -> RunDirectory {
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
    package func timeline(_ run: RunDirectory) throws -> Timeline {
        let manifest = try Manifest.load(run)
        return try Timeline.load(
            nodes: manifest.nodes.map(run.traceFiles), places: ProgramPlaces.map(of: manifest))
    }
}

extension LabAccess {
    /// Records what the kernels of a lab said since their boot as a run of its own.
    package func collect() async throws -> (RunDirectory, [String]) {
        let run = try RunDirectory.create(verb: .collect, directories: environment.directories)
        var manifest = Manifest(run: run, verb: .collect, record: record, environment: environment)
        manifest.started = record.created
        try manifest.save(run)
        try await fill(run, &manifest, WaitNotes(report: { _ in }))
        try environment.store.addRun(run.id, to: record.spec.name)
        return (run, manifest.warnings)
    }

    /// Brings everything since the guests' boot into a run that exists; nodes that do not answer give their consoles.
    func fill(_ run: RunDirectory, _ manifest: inout Manifest, _ waiting: WaitNotes) async throws {
        let answers = try await Self.inParallel(record.nodes) { node in
            await waiting.tell(node.name, for: "it to answer") { await reach(node) }
        }
        let nodes = answers.compactMap { try? $0.get() }
        var warnings = zip(record.nodes, answers).compactMap { node, answer in
            answer.failure.map { "\(node.name) does not answer; its console was kept: \($0)" }
        }
        warnings += await Collector(access: self, run: run, nodes: nodes, waiting: waiting).end().warnings
        for node in nodes { await node.session.close() }
        manifest.warnings = warnings
        manifest.ended = Date()
        try manifest.save(run)
    }

    private func reach(_ node: NodeRecord) async -> Result<RecordedNode, any Error> {
        do {
            return .success(try await RecordedNode(node, try await node.connect(paths)))
        } catch {
            return .failure(error)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
