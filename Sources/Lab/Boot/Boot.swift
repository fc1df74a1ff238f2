import Fabric
import Hypervisor
import ImageStore
import Support
import Topology

/// Starts a lab's switch and every guest of it that does not run.
struct Boot {
    let store: LabStore
    let paths: LabPaths
    let hypervisor: Hypervisor
    let images: [String: [ISA: GuestImage]]
    let report: LabEventHandler

    /// How many ports are tried for a guest; each loses against another process only if that was quicker.
    private static let portAttempts = 5

    /// - Parameter isRepair: whether the lab was there before, so that something may be left of the guests that do not run.
    /// - Returns: the record with the guests' processes, and the names of the nodes that were started.
    func callAsFunction(_ record: LabRecord, isRepair: Bool) async throws -> (LabRecord, [String]) {
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let missing = record.nodes.filter { alive[$0.uuid] == nil }
        let fabric = VDESwitch(directory: paths.fabric)
        guard alive.isEmpty || fabric.process != nil else {
            throw LabError(
                .guestDied,
                "the Ethernet switch of lab '\(record.spec.name)' has ended, and its guests cannot change over",
                hint: "`popcorn-lab down -l \(record.spec.name)`, then `up` again")
        }
        if missing.isEmpty { return (record, []) }
        try Directories.create(paths.runtime)
        _ = try await fabric.start(ports: record.nodes.count)
        for node in missing { try prepare(node, of: record) }
        try await hypervisor.withConnection { connection in
            // What is left of a guest that ended by itself must not stand in the way of its successor.
            if isRepair { try await connection.destroy(missing.map(\.uuid)) }
            for node in missing {
                try Task.checkCancellation()
                try await start(node, on: connection)
            }
        }
        let processes = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let complete = try store.update(record.spec.name) { record in
            for index in record.nodes.indices { record.nodes[index].qemu = processes[record.nodes[index].uuid] }
        }
        return (complete, missing.map(\.name))
    }

    /// The node's own files, and what its record says of the image, which may be newer than that of the last boot.
    private func prepare(_ node: NodeRecord, of record: LabRecord) throws {
        let image = try image(of: node)
        try store.update(record.spec.name) { record in
            record.nodes[node.id].image = image.id
            record.nodes[node.id].kernel = image.kernelVersion
            // Faults belong to a boot.
            record.impairments[node.name] = nil
        }
        try GuestOverlay(record: record, node: node, paths: paths).write(after: image)
        SerialLog(path: paths.serialLog(node.name)).rotate()
    }

    private func start(_ node: NodeRecord, on connection: HypervisorConnection) async throws {
        let kernel = try image(of: node).kernel
        var record = try store.existing(paths.name)
        for attempt in 1... {
            let domain = try DomainSpec(node: record.nodes[node.id], of: record, paths: paths, kernel: kernel)
            do {
                return try await connection.start(domain)
            } catch let error as HypervisorError where error.code == .portInUse && attempt < Self.portAttempts {
                let port = try FreePort.pick()
                report(
                    .node(
                        node.name,
                        .note("port \(record.nodes[node.id].sshPort) was taken by another process: trying \(port)")))
                record = try store.update(paths.name) { $0.nodes[node.id].sshPort = port }
            }
        }
    }

    private func image(of node: NodeRecord) throws -> GuestImage {
        guard let image = images[node.spec.image]?[node.spec.isa] else {
            throw LabError(
                .hostUnfit, "\(node.name): there is no image '\(node.spec.image)' for \(node.spec.isa.rawValue)")
        }
        return image
    }
}
