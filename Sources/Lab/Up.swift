import FoundationEssentials
import Fabric
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

    /// What would be created: the plan and each guest's libvirt description, checked by libvirt. Nothing is started, but
    /// images are built if they are missing.
    public struct Preview: Sendable {
        public var record: LabRecord
        /// Domain XML by node, in the order of the nodes.
        public var domains: [(node: String, xml: String)]
    }

    public func preview(_ spec: LabSpec) async throws -> Preview {
        let hypervisor = try environment.hypervisor()
        let images = try await ensureImages(spec)
        let choices = try await environment.accelerators(
            for: spec, request: options.accelerator, hypervisor: hypervisor, images: images)
        let plan = try LabPlan(spec: spec, target: hypervisor.target, images: images, accelerators: choices)
        let paths = environment.store.paths(spec.name)
        let domains = try plan.record.nodes.map { node in
            let kernel = images[node.spec.image]?[node.spec.isa]?.kernel ?? ""
            let domain = try DomainSpec(node: node, of: plan.record, paths: paths, kernel: kernel)
            return (node: node.name, xml: try domain.xml())
        }
        return Preview(record: plan.record, domains: domains)
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
        var record = if let existing { existing } else { try await plan(spec, hypervisor, images) }
        let run = try RunDirectory.create(verb: "up", directories: environment.directories)
        record.runs.append(run.id)
        try environment.store.save(record)
        var manifest = Manifest(run: run, verb: "up", record: record, environment: environment)
        try manifest.save(run)

        do {
            let (running, started) = try await start(record, paths, hypervisor, images, isRepair: existing != nil)
            try await awaitReady(running, started, paths, began)
            manifest.exitCode = 0
            try manifest.save(run)
            return Outcome(record: running, started: started, duration: .now - began)
        } catch {
            keepConsoles(of: record, in: run, &manifest, error)
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
    ) async throws -> LabRecord {
        let choices = try await environment.accelerators(
            for: spec, request: options.accelerator, hypervisor: hypervisor, images: images)
        let plan = try LabPlan(spec: spec, target: hypervisor.target, images: images, accelerators: choices)
        try plan.writeKeys(environment.store.paths(spec.name))
        return plan.record
    }

    /// Starts the switch and every guest that does not run; returns the record with their processes in it.
    private func start(
        _ record: LabRecord, _ paths: LabPaths, _ hypervisor: Hypervisor, _ images: [String: [ISA: GuestImage]],
        isRepair: Bool
    ) async throws -> (LabRecord, [String]) {
        var record = record
        try Directories.create(paths.runtime)
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let missing = record.nodes.filter { alive[$0.uuid] == nil }
        if missing.isEmpty { return (record, []) }
        // Faults live in the guest and its QEMU; a new one has none.
        for node in missing { record.impairments[node.name] = nil }
        // Guests that run are connected to the switch of their time: without it they must be started anew, too.
        _ = try await VDESwitch(directory: paths.fabric).start(ports: record.nodes.count)
        for node in missing {
            guard let image = images[node.spec.image]?[node.spec.isa] else { continue }
            try GuestOverlay(record: record, node: node, paths: paths).write(after: image)
            SerialLog(path: paths.serialLog(node.name)).rotate()
        }
        try await hypervisor.withConnection { connection in
            // What is left of a guest that ended by itself must not stand in the way of its successor.
            if isRepair { try await connection.destroy(missing.map(\.uuid)) }
            for node in missing {
                try Task.checkCancellation()
                guard let image = images[node.spec.image]?[node.spec.isa] else { continue }
                try await connection.start(
                    DomainSpec(node: node, of: record, paths: paths, kernel: image.kernel))
            }
        }
        let processes = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        for index in record.nodes.indices { record.nodes[index].qemu = processes[record.nodes[index].uuid] }
        try environment.store.save(record)
        return (record, missing.map(\.name))
    }

    /// The steps of nodes that ran before are no news; that they answer still has to be seen.
    private func awaitReady(
        _ record: LabRecord, _ started: [String], _ paths: LabPaths, _ began: ContinuousClock.Instant
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in record.nodes {
                let silent: LabEventHandler = { _ in }
                let watch = ReadinessWatch(
                    node: node, paths: paths, started: began, limit: options.timeout.map { began + $0 },
                    report: started.contains(node.name) ? report : silent)
                group.addTask { try await watch.run() }
            }
            try await group.waitForAll()
        }
    }

    /// What a failed boot leaves to look at: the consoles.
    private func keepConsoles(
        of record: LabRecord, in run: RunDirectory, _ manifest: inout Manifest, _ error: any Error
    ) {
        let paths = environment.store.paths(record.spec.name)
        manifest.ended = Date()
        manifest.exitCode = ((error as? any ActionableError)?.exitStatus ?? .failure).rawValue
        manifest.warnings = ["\(error)"] + record.nodes.compactMap { run.copySerialLog(of: $0.name, from: paths) }
        try? manifest.save(run)
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
