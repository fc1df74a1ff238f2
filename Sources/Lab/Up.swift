import FoundationEssentials
import Hypervisor
import ImageStore
import Support
import Topology

/// `up`: from a description to guests that run, talk to each other and answer.
///
/// It reconciles: what the record says and is not there is started, what runs is not touched.
public struct Up: Sendable {
    public struct Options: Sendable {
        /// A limit on the whole boot, besides those of the requirements.
        public var timeout: Duration?
        /// Leave everything as it is when it fails, for a look at it.
        public var keep = false
        public var accelerator = AcceleratorRequest.auto

        public init() {}
    }

    /// What became of it.
    public struct Outcome: Sendable {
        public var record: LabRecord
        /// The nodes that this `up` started; the others were running.
        public var started: [String]
        /// From the command's start until the last node was ready.
        public var duration: Duration
    }

    let environment: LabEnvironment
    let options: Options
    let report: LabEventHandler

    public init(environment: LabEnvironment, options: Options = Options(), report: @escaping LabEventHandler) {
        self.environment = environment
        self.options = options
        self.report = report
    }

    /// Brings the lab up, or makes it complete again; returns when every node is ready.
    public func callAsFunction(_ spec: LabSpec) async throws -> Outcome {
        let began = ContinuousClock.now
        let paths = environment.store.paths(spec.name)
        try Directories.create(environment.directories.runtime)
        let lock = try FileLock(path: paths.lock, purpose: environment.commandLine.joined(separator: " "))
        defer { withExtendedLifetime(lock) {} }

        let hypervisor = try environment.hypervisor()
        let existing = try environment.store.load(spec.name)
        if let existing { try await check(existing, fits: spec, hypervisor) }
        let images = try await ensureImages(spec)
        let record = if let existing { existing } else { try plan(spec, hypervisor, images) }
        try environment.store.save(record)

        do {
            let start = GuestStart(
                environment: environment, hypervisor: hypervisor, images: images, accelerator: options.accelerator)
            let (running, started) = try await start(record, isRepair: existing != nil)
            try await awaitReady(running, paths, began)
            return Outcome(record: running, started: started, duration: .now - began)
        } catch {
            try await cleanUp(after: error, record, existed: existing != nil, hypervisor)
            throw error
        }
    }

    /// A lab of another shape under this name must be taken down first, unless nothing of it runs any more.
    private func check(_ existing: LabRecord, fits spec: LabSpec, _ hypervisor: Hypervisor) async throws {
        guard existing.spec != spec else { return }
        throw LabError(
            .otherTopology,
            "lab '\(spec.name)' exists with other nodes: \(existing.spec.nodes.map(\.name).joined(separator: ", "))",
            hint: "`popcorn-lab down` takes it down; `--lab NAME` makes a second lab beside it")
    }

    private func ensureImages(_ spec: LabSpec) async throws -> [String: [ISA: GuestImage]] {
        var images: [String: [ISA: GuestImage]] = [:]
        let store = environment.imageStore
        for (recipe, nodes) in Dictionary(grouping: spec.nodes, by: \.image) {
            images[recipe] = try await store.ensure(
                recipe: try store.recipe(named: recipe), isas: nodes.map(\.isa),
                progress: { progress in report(.note(progress.sentence)) })
        }
        return images
    }

    private func plan(
        _ spec: LabSpec, _ hypervisor: Hypervisor, _ images: [String: [ISA: GuestImage]]
    ) throws -> LabRecord {
        let plan = try LabPlan(spec: spec, target: hypervisor.target, images: images)
        try plan.writeKeys(environment.store.paths(spec.name))
        return plan.record
    }

    private func awaitReady(_ record: LabRecord, _ paths: LabPaths, _ began: ContinuousClock.Instant) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in record.nodes {
                let watch = ReadinessWatch(
                    node: node, paths: paths, started: began, limit: options.timeout.map { began + $0 }, report: report)
                group.addTask { try await watch.run() }
            }
            try await group.waitForAll()
        }
    }

    /// A lab that never came up is taken away again; one that was up before keeps what runs.
    private func cleanUp(after error: any Error, _ record: LabRecord, existed: Bool, _ hypervisor: Hypervisor)
        async throws
    {
        if options.keep {
            report(.note("left as it is, because of --keep: `popcorn-lab down` takes it away"))
            return
        }
        guard !existed else { return }
        report(.note("taking down what was started"))
        // The task may be cancelled; tidying up must not be.
        let takeDown = Down(environment: environment, report: { _ in })
        try await Task { try await takeDown.remove(record, hypervisor: hypervisor) }.value
    }
}
