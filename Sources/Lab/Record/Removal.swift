import Fabric
import Hypervisor
import Support
import Topology

/// Ends what is left of a lab by force, and forgets it. Its runs stay.
///
/// The lab's lock must be held. It can be repeated after a crash at any point: the record goes last.
struct Removal: Sendable {
    let environment: LabEnvironment
    var report: LabEventHandler = { _ in }

    /// The lab of this record.
    func remove(_ record: LabRecord) async throws {
        let uuids = record.nodes.map(\.uuid)
        let hypervisor = try environment.hypervisor(of: record)
        do {
            let left = QEMUProcess.find(uuids: uuids)
            for node in record.nodes where left[node.uuid] != nil { report(.node(node.name, .note("ending its QEMU"))) }
            // Guests that ended by themselves too: the embedded driver only learns of it when it is told to look.
            try await hypervisor.withConnection { try await $0.destroy(uuids) }
        } catch {
            // The guests of this host end without libvirt's help as well.
            guard hypervisor.target.isLocal else { throw error }
            report(.note("libvirt does not help with the guests: \(error)"))
        }
        // A guest that was being started when its starter died may be unknown to libvirt.
        try end(QEMUProcess.find(uuids: uuids))
        try forget(record.spec.name)
    }

    /// The lab of this name when its record is unreadable or gone: its guests are known by their metadata.
    func remove(_ name: String) async throws {
        let hypervisor = try environment.hypervisor()
        try await hypervisor.withConnection { connection in
            let guests = try await connection.labDomains().filter {
                $0.metadata.owner == hypervisor.owner && $0.metadata.lab == name
            }
            try await connection.destroy(guests.map(\.uuid))
        }
        // Whatever is connected to the lab's switch is a guest of it.
        let fabric = VDESwitch(directory: environment.store.paths(name).fabric)
        let socket = "sock=" + fabric.socketDirectory.replacing(",", with: ",,")
        let unknown = ProcessTable.compactMap { words in
            words.first?.contains("qemu") == true ? words.first { $0.contains(socket) }.map(String.init) : nil
        }
        for guest in unknown where !guest.process.terminate() {
            throw LabError(.commandFailed, "QEMU process \(guest.process.pid) of lab '\(name)' cannot be ended")
        }
        try forget(name)
    }

    /// Keeps the last words of guests that cannot be asked any more, in the run of the lab's `up`.
    func keepConsoles(of record: LabRecord) {
        guard let run = record.upRun(environment.directories) else { return }
        let paths = environment.store.paths(record.spec.name)
        for problem in run.copySerialLogs(of: record, from: paths) { environment.log.warning("\(problem)") }
    }

    private func end(_ processes: [String: ProcessIdentity]) throws {
        for (uuid, process) in processes where !process.terminate() {
            throw LabError(.commandFailed, "QEMU process \(process.pid) of domain \(uuid) cannot be ended")
        }
    }

    private func forget(_ name: String) throws {
        try VDESwitch(directory: environment.store.paths(name).fabric).stop()
        try environment.store.remove(name)
    }
}

extension LabRecord {
    /// The run of the `up` that created the lab, which `down` completes.
    func upRun(_ directories: Directories) -> RunDirectory? {
        runs.map { RunDirectory(id: $0, directories: directories) }.first { $0.verb == .up }
    }
}
