import Fabric
import Hypervisor
import ISA
import Support
import Topology

/// Starts a lab's switch and every guest of it that does not run.
///
/// Opening the hypervisor takes as long as all the rest of it, so the switch and the guests' files are made meanwhile, and
/// one connection serves for everything.
struct Boot: Sendable {
    let environment: LabEnvironment
    let paths: LabPaths
    let hypervisor: Hypervisor
    let images: NodeImages
    let accelerator: AcceleratorRequest
    let report: LabEventHandler
    let log: StepLog

    private var store: LabStore { environment.store }

    /// How many ports are tried for a guest; each loses against another process only if that was quicker.
    private static let portAttempts = 5

    /// Starts what does not run.
    ///
    /// - Parameter isRepair: whether the lab was there before, so that something may be left of the guests that do not run.
    /// - Returns: the record with the guests' processes, and the names of the nodes that were started.
    func start(_ record: LabRecord, isRepair: Bool) async throws -> (LabRecord, [String]) {
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
        let done = try await hypervisor.withConnection(while: { try await prepare(missing, of: record, fabric) }) {
            connection, _ in
            log.end("open libvirt, start the switch, write the guests' files")
            // What is left of a guest that ended by itself must not stand in the way of its successor.
            if isRepair { try await connection.destroy(missing.map(\.uuid)) }
            guard try await decide(record, connection) else { return false }
            log.end("choose the accelerator")
            try await start(missing, on: connection)
            return true
        }
        if !done {
            // The probe guest needs the connection for itself.
            let choices = try await environment.accelerators(
                for: record.spec, request: accelerator, hypervisor: hypervisor, images: images)
            try save(choices)
            log.end("boot a guest that tries the accelerator")
            try await hypervisor.withConnection { try await start(missing, on: $0) }
        }
        log.end("start the guests")
        let processes = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let complete = try store.update(record.spec.name) { record in
            for index in record.nodes.indices { record.nodes[index].qemu = processes[record.nodes[index].uuid] }
        }
        return (complete, missing.map(\.name))
    }

    private func prepare(_ nodes: [NodeRecord], of record: LabRecord, _ fabric: VDESwitch) async throws {
        async let ethernet = fabric.start(ports: record.nodes.count)
        for node in nodes { try prepare(node, of: record) }
        _ = try await ethernet
    }

    /// The node's own files, and what its record says of the image, which may be newer than that of the last boot.
    private func prepare(_ node: NodeRecord, of record: LabRecord) throws {
        let image = try images.image(of: node.spec)
        let own = images.kernel(of: node.spec)
        let release = try images.kernelRelease(of: node.spec)
        let files = try own?.digests()
        try store.update(record.spec.name) { record in
            record.nodes[node.id].image = image.id
            record.nodes[node.id].kernel = release
            record.nodes[node.id].interface = own?.interface
            record.nodes[node.id].bootFiles = files
            if node.spec.system != nil {
                record.nodes[node.id].hostKey = ""
                record.nodes[node.id].way = nil
            }
            // Faults belong to a boot.
            record.impairments[node.name] = nil
        }
        if node.usesImage {
            try GuestOverlay(record: record, node: node, paths: paths, kernel: own).write(after: image)
        }
        rename(paths.serialLog(node.name), paths.earlierSerialLog(node.name))
        unlink(paths.clock(node.name))
        unlink(paths.capture(node.name))
        unlink(FabricCapture.beginFile(paths.capture(node.name)))
        unlink(paths.reportLog(node.name))
    }

    /// Chooses what runs the guests, unless that was done before; `false` if only a probe guest can tell.
    private func decide(_ record: LabRecord, _ connection: HypervisorConnection) async throws -> Bool {
        guard record.nodes.contains(where: { $0.accelerator == .undecided }) else { return true }
        let choices = try await environment.knownAccelerators(
            for: record.spec, request: accelerator, hypervisor: hypervisor,
            versions: { try await connection.versions() })
        guard let choices else { return false }
        try save(choices)
        return true
    }

    private func save(_ choices: [ISA: AcceleratorChoice]) throws {
        try store.update(paths.name) { record in
            for index in record.nodes.indices where record.nodes[index].accelerator == .undecided {
                guard let choice = choices[record.nodes[index].spec.isa] else { continue }
                record.nodes[index].accelerator = NodeAccelerator(choice.accelerator)
                record.nodes[index].acceleratorReason = choice.reason
            }
        }
    }

    /// Starts guests side by side; those whose port was taken meanwhile are tried again with another.
    private func start(_ nodes: [NodeRecord], on connection: HypervisorConnection) async throws {
        var left = nodes.map(\.id)
        var record = try store.existing(paths.name)
        for attempt in 1... {
            try Task.checkCancellation()
            let domains = try left.map { id in
                let node = record.nodes[id]
                return try DomainSpec(
                    node: node, of: record, paths: paths, kernel: try images.kernelPath(of: node.spec))
            }
            let outcomes = zip(left, try await connection.start(domains))
            var again: [Int] = []
            for case (let id, let error?) in outcomes {
                guard error.code == .portInUse, attempt < Self.portAttempts else {
                    throw Self.explained(error, of: record.nodes[id])
                }
                again.append(id)
            }
            if again.isEmpty { return }
            for id in again { record = try changePort(of: record.nodes[id]) }
            left = again
        }
    }

    /// QEMU locks images that it writes to, and tells it in words of its own.
    private static func explained(_ error: HypervisorError, of node: NodeRecord) -> any Error {
        guard let disk = node.spec.system?.disk, error.summary.contains("lock"), error.summary.contains("Failed to get")
        else { return error }
        return LabError(
            .badArgument, "\(node.name): another guest uses \(disk.path), and one of both writes to it",
            details: [error.summary],
            hint: disk.isSnapshot
                ? "take down the lab that has it with `snapshot: false`"
                : "say `snapshot: true` if nothing has to be kept, or take down the other lab")
    }

    private func changePort(of node: NodeRecord) throws -> LabRecord {
        let port = try FreePort.pick()
        report(.node(node.name, .note("port \(node.sshPort) was taken by another process: trying \(port)")))
        return try store.update(paths.name) { $0.nodes[node.id].sshPort = port }
    }
}
