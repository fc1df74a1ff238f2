import Fabric
import Guest
import Hypervisor
import Support

/// `down`: ends a lab's guests in good order, by force those that will not, and removes what it had.
///
/// It works from the record alone, and finds QEMU in the process table too: libvirt may have forgotten a guest.
public struct Down: Sendable {
    let environment: LabEnvironment
    let report: LabEventHandler

    public init(environment: LabEnvironment, report: @escaping LabEventHandler) {
        self.environment = environment
        self.report = report
    }

    /// - Parameter grace: how long guests may take to end by themselves; zero pulls their plugs at once.
    public func callAsFunction(_ name: String, grace: Duration) async throws {
        let paths = environment.store.paths(name)
        try Directories.create(environment.directories.runtime)
        let lock = try FileLock(path: paths.lock, purpose: environment.commandLine.joined(separator: " "))
        defer { withExtendedLifetime(lock) {} }
        let record = try environment.store.existing(name)
        if grace > .zero {
            await collect(record)
            await askToEnd(record, paths, grace)
        }
        try await remove(record, hypervisor: environment.hypervisor(of: record))
    }

    /// Completes the run of `up` with all that the kernels said and recorded since; it stays when the lab is gone.
    private func collect(_ record: LabRecord) async {
        do {
            guard let id = record.runs.first(where: { $0.contains("-up-") }),
                !QEMUProcess.find(uuids: record.nodes.map(\.uuid)).isEmpty
            else { return }
            let run = RunDirectory(id: id, directories: environment.directories)
            var manifest = try Manifest.load(run)
            let access = try LabAccess(environment: environment, name: record.spec.name)
            try await access.fill(run, &manifest)
            for warning in manifest.warnings { environment.log.warning("\(warning)") }
        } catch {
            report(.note("the last logs could not be collected: \(error)"))
        }
    }

    /// Asks every guest to end, and waits for those that agreed.
    private func askToEnd(_ record: LabRecord, _ paths: LabPaths, _ grace: Duration) async {
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        await withTaskGroup(of: Void.self) { group in
            for node in record.nodes {
                guard let qemu = alive[node.uuid] else { continue }
                group.addTask {
                    do {
                        try await shutDown(node, qemu, paths, grace)
                        report(.node(node.name, .note("ended")))
                    } catch {
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
        _ = try? await session.exec("poweroff", deadline: .now + grace)
        await session.close()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ExitWatch.end(of: qemu)
                return !Task.isCancelled
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

    /// Ends what still runs by force, then forgets the lab. Its runs stay.
    func remove(_ record: LabRecord, hypervisor: Hypervisor) async throws {
        let uuids = record.nodes.map(\.uuid)
        // Guests that ended by themselves too: the embedded driver only learns of it when it is told to look.
        try await hypervisor.withConnection { try await $0.destroy(uuids) }
        // A guest that was being started when its starter died may be unknown to libvirt.
        for (uuid, process) in QEMUProcess.find(uuids: uuids) where !process.terminate() {
            throw LabError(.commandFailed, "QEMU process \(process.pid) of domain \(uuid) cannot be ended")
        }
        let paths = environment.store.paths(record.spec.name)
        try VDESwitch(directory: paths.fabric).stop()
        try environment.store.remove(record.spec.name)
    }
}
