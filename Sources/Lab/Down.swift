import Guest
import Hypervisor
import Support
import Topology

/// `down`: ends a lab's guests in good order, by force those that will not, and removes what it had.
///
/// It works from the record alone, and finds QEMU in the process table too: libvirt may have forgotten a guest.
package struct Down: Sendable {
    let environment: LabEnvironment
    let report: LabEventHandler

    /// Prepares to take labs of this user down; `report` is told what each node is waited for and how it ended.
    package init(environment: LabEnvironment, report: @escaping LabEventHandler) {
        self.environment = environment
        self.report = report
    }

    /// Takes a lab down.
    ///
    /// - Parameter grace: how long guests may take to end by themselves; zero pulls their plugs at once.
    package func stop(_ name: String, grace: Duration) async throws {
        let lock = try environment.store.lock(name, purpose: environment.purpose)
        defer { withExtendedLifetime(lock) {} }
        let record: LabRecord
        do {
            record = try environment.store.existing(name)
        } catch let error as LabError where error.code == .brokenRecord {
            report(.note("\(error.summary); going by what libvirt and the process table know of it"))
            return try await Removal(environment: environment).remove(name)
        }
        await collect(record, fully: grace > .zero)
        if grace > .zero { await askToEnd(record.nodes, environment.store.paths(name), grace) }
        // Whoever stopped us wants to keep what still runs; the record knows of it.
        try Task.checkCancellation()
        // A second thought comes too late now: half a lab is of no use to anybody.
        try await Task { try await Removal(environment: environment, report: report).remove(record) }.value
    }

    private var waiting: WaitNotes { WaitNotes(report: report) }

    /// Completes the run of `up` with all that the kernels said and recorded since; it stays when the lab is gone.
    private func collect(_ record: LabRecord, fully: Bool) async {
        guard fully, !QEMUProcess.find(uuids: record.nodes.map(\.uuid)).isEmpty else {
            return Removal(environment: environment).keepConsoles(of: record)
        }
        do {
            guard let run = record.upRun(environment.directories) else { return }
            var manifest = try Manifest.load(run)
            let access = try LabAccess(environment: environment, name: record.spec.name)
            try await access.fill(run, &manifest, waiting)
            for warning in manifest.warnings { environment.log.warning("\(warning)") }
        } catch {
            report(.note("the last logs could not be collected: \(error)"))
        }
    }

    /// Asks guests to end, and waits for those that agreed.
    func askToEnd(_ nodes: [NodeRecord], _ paths: LabPaths, _ grace: Duration) async {
        let alive = QEMUProcess.find(uuids: nodes.map(\.uuid))
        await withTaskGroup(of: Void.self) { group in
            for node in nodes {
                guard let qemu = alive[node.uuid] else { continue }
                group.addTask {
                    do {
                        try await waiting.tell(node.name, for: "it to end, at most \(grace.formattedSeconds)") {
                            try await shutDown(node, qemu, paths, grace)
                        }
                        report(.node(node.name, .note("ended")))
                    } catch {
                        if Task.isCancelled { return }
                        report(.node(node.name, .note("does not end by itself (\(error)): pulling its plug")))
                    }
                }
            }
        }
    }

    private func shutDown(_ node: NodeRecord, _ qemu: ProcessIdentity, _ paths: LabPaths, _ grace: Duration)
        async throws
    {
        let session = try await node.connect(paths, limit: grace)
        await node.guest(session).powerOff(within: grace)
        await session.close()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ExitWatch.end(of: qemu)
                return true
            }
            group.addTask {
                try await Task.sleep(for: grace)
                return false
            }
            let ended = try await group.next() ?? false
            group.cancelAll()
            guard ended else { throw LabError(.commandFailed, "still running after \(grace.formattedSeconds)") }
        }
    }
}
