import FoundationEssentials
import Hypervisor
import Support
import Topology

/// `up`: from a description to guests that run, talk to each other and answer.
///
/// It reconciles: what the record says and is not there is started, what runs is not touched.
package struct Up: Sendable {
    /// How the lab is brought up, beside what its description says.
    package struct Options: Sendable {
        /// A limit on the whole boot, besides those of the requirements.
        package var timeout: Duration?
        /// Leave everything as it is when it fails, for a look at it.
        package var keep = false
        /// What shall run the guests; it counts only for nodes that have never been started.
        package var accelerator = AcceleratorRequest.auto

        /// Without a limit on the whole boot, and with the accelerator that fits.
        package init() {}
    }

    /// What became of it.
    package struct Outcome: Sendable {
        /// The lab's record with all nodes running.
        package var record: LabRecord
        /// The nodes that this `up` started; the others were running.
        package var started: [String]
        /// From the command's start until the last node was ready.
        package var duration: Duration
        /// Where it went.
        package var steps: [Step]
    }

    let environment: LabEnvironment
    let options: Options
    let report: LabEventHandler

    /// Prepares to bring labs of this user up; `report` is told each requirement that a node meets.
    package init(environment: LabEnvironment, options: Options = Options(), report: @escaping LabEventHandler) {
        self.environment = environment
        self.options = options
        self.report = report
    }

    /// Brings the lab up, or makes it complete again; returns when every node is ready.
    package func start(_ spec: LabSpec) async throws -> Outcome {
        let began = ContinuousClock.now
        let log = StepLog()
        let lock = try environment.store.lock(spec.name, purpose: environment.purpose)
        defer { withExtendedLifetime(lock) {} }

        let existing = try await survivor(of: spec)
        let hypervisor = try existing.map(environment.hypervisor(of:)) ?? environment.hypervisor(for: spec)
        try hypervisor.checkPlace()
        if hypervisor.target.isLocal { try HostRequirements(variables: environment.variables).check(spec.isas) }
        log.end("look at the host and the lab")
        let images = try await NodeImages(for: spec, in: environment, report: report)
        log.end("find or build the images")
        do {
            // The record first: a crash from here on leaves nothing that it does not name.
            if existing == nil { try environment.store.create(try plan(spec, hypervisor, images)) }
            log.end("make keys and the record")
            return try await bringUp(spec.name, hypervisor, images, began, log, isRepair: existing != nil)
        } catch {
            if existing == nil { await cleanUp(spec.name) }
            throw error
        }
    }

    private func bringUp(
        _ name: String, _ hypervisor: Hypervisor, _ images: NodeImages,
        _ began: ContinuousClock.Instant, _ log: StepLog, isRepair: Bool
    ) async throws -> Outcome {
        let run = try RunDirectory.create(verb: .up, directories: environment.directories)
        var record = try environment.store.update(name) { $0.runs.append(run.id) }
        var manifest = Manifest(run: run, verb: .up, record: record, environment: environment)
        try manifest.save(run)
        do {
            let boot = Boot(
                environment: environment, paths: environment.store.paths(name), hypervisor: hypervisor,
                images: images, accelerator: options.accelerator, report: report, log: log)
            if isRepair { try await endOutdated(record, hypervisor, images) }
            let started: [String]
            (record, started) = try await boot.start(record, isRepair: isRepair)
            try await awaitReady(record, started, images, began)
            log.end("wait for the guests")
            manifest.nodes = record.nodes.map(Manifest.Node.init)
            manifest.steps = log.steps
            manifest.exitCode = 0
            try manifest.save(run)
            return Outcome(record: record, started: started, duration: .now - began, steps: log.steps)
        } catch {
            keep(manifest, of: record, in: run, after: error)
            throw error
        }
    }

    /// The lab of this name if something of it still runs. What is left of one that ended is removed: none of its guests has
    /// a state to keep, and its sockets and ports may be gone, as after a reboot of the host.
    private func survivor(of spec: LabSpec) async throws -> LabRecord? {
        guard let record = try environment.store.load(spec.name) else { return nil }
        let hypervisor = try environment.hypervisor(of: record)
        let isDead = hypervisor.target.isLocal && QEMUProcess.find(uuids: record.nodes.map(\.uuid)).isEmpty
        if isDead {
            report(.note("no guest of lab '\(spec.name)' runs any more: bringing it up anew"))
            let removal = Removal(environment: environment, report: report)
            removal.keepConsoles(of: record)
            try await removal.remove(record)
            return nil
        }
        guard record.spec == spec else {
            throw LabError(
                .otherTopology,
                "lab '\(spec.name)' runs with other nodes: \(record.spec.nodes.map(\.name).joined(separator: ", "))",
                hint: "`popcorn-lab down -l \(spec.name)` takes it down; `--lab NAME` makes a second lab beside it")
        }
        return record
    }

    private func plan(
        _ spec: LabSpec, _ hypervisor: Hypervisor, _ images: NodeImages
    ) throws -> LabRecord {
        let plan = try LabPlan(
            spec: spec, target: hypervisor.target, mark: environment.directories.mark, images: images)
        try plan.writeKeys(environment.store.paths(spec.name))
        return plan.record
    }

    /// The steps of nodes that ran before are no news; that they answer still has to be seen.
    private func awaitReady(
        _ record: LabRecord, _ started: [String], _ images: NodeImages, _ began: ContinuousClock.Instant
    ) async throws {
        let silent: LabEventHandler = { _ in }
        let paths = environment.store.paths(record.spec.name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in record.nodes {
                let watch = ReadinessWatch(
                    node: node, lab: record, paths: paths, started: began, limit: options.timeout.map { began + $0 },
                    report: started.contains(node.name) ? report : silent)
                guard let system = node.spec.system, let kernel = images.kernel(of: node.spec) else {
                    group.addTask { try await watch.run() }
                    continue
                }
                let overlay = GuestOverlay(record: record, node: node, paths: paths, kernel: kernel)
                let outside = SystemWatch(
                    watch: watch, system: system, kernel: kernel, values: try overlay.gaps(), store: environment.store)
                group.addTask { try await outside.run() }
            }
            // The first that fails ends the wait for the others, which may be for that one.
            for try await _ in group {}
        }
    }
}
