import Fabric
import Hypervisor
import ImageStore
import Topology

/// The step of `up` that starts the switch and every guest that does not run.
///
/// Opening the hypervisor takes as long as all the rest of it, so the switch and the guests' files are made meanwhile, and
/// one connection serves for everything.
struct GuestStart: Sendable {
    let environment: LabEnvironment
    let hypervisor: Hypervisor
    /// By recipe, then by ISA.
    let images: [String: [ISA: GuestImage]]
    let accelerator: AcceleratorRequest

    /// Returns the record with the guests' processes in it, and the names of those that were started.
    func callAsFunction(_ record: LabRecord, isRepair: Bool) async throws -> (LabRecord, [String]) {
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let missing = record.nodes.filter { alive[$0.uuid] == nil }
        if missing.isEmpty { return (record, []) }

        var running = record
        let done = try await hypervisor.withConnection(while: { try await prepare(missing, of: record) }) {
            connection, _ in
            // What is left of a guest that ended by itself must not stand in the way of its successor.
            if isRepair { try await connection.destroy(missing.map(\.uuid)) }
            guard let decided = try await decide(record, connection) else { return false }
            running = decided
            try await start(missing, of: running, connection)
            return true
        }
        if !done {
            // The probe guest needs the connection for itself.
            let choices = try await environment.accelerators(
                for: record.spec, request: accelerator, hypervisor: hypervisor, images: images)
            running = try save(choices, in: record)
            try await hypervisor.withConnection { try await start(missing, of: running, $0) }
        }
        let processes = QEMUProcess.find(uuids: running.nodes.map(\.uuid))
        for index in running.nodes.indices { running.nodes[index].qemu = processes[running.nodes[index].uuid] }
        try environment.store.save(running)
        return (running, missing.map(\.name))
    }

    private func prepare(_ nodes: [NodeRecord], of record: LabRecord) async throws {
        let paths = environment.store.paths(record.spec.name)
        // Guests that run are connected to the switch of their time: without it they must be started anew, too.
        async let fabric = VDESwitch(directory: paths.fabric).start(ports: record.nodes.count)
        for node in nodes {
            guard let image = images[node.spec.image]?[node.spec.isa] else { continue }
            try GuestOverlay(record: record, node: node, paths: paths).write(after: image)
            SerialLog(path: paths.serialLog(node.name)).rotate()
        }
        _ = try await fabric
    }

    /// The record with an accelerator for each node; `nil` if only a probe guest can tell which.
    private func decide(_ record: LabRecord, _ connection: HypervisorConnection) async throws -> LabRecord? {
        guard record.nodes.contains(where: { $0.accelerator == NodeRecord.undecided }) else { return record }
        let choices = try await environment.knownAccelerators(
            for: record.spec, request: accelerator, hypervisor: hypervisor,
            versions: { try await connection.versions() })
        return try choices.map { try save($0, in: record) }
    }

    private func save(_ choices: [ISA: AcceleratorChoice], in record: LabRecord) throws -> LabRecord {
        var record = record
        for index in record.nodes.indices {
            guard let choice = choices[record.nodes[index].spec.isa] else { continue }
            record.nodes[index].accelerator = choice.accelerator.rawValue
            record.nodes[index].acceleratorReason = choice.reason
        }
        try environment.store.save(record)
        return record
    }

    private func start(_ nodes: [NodeRecord], of record: LabRecord, _ connection: HypervisorConnection) async throws {
        try Task.checkCancellation()
        let paths = environment.store.paths(record.spec.name)
        let specs = try nodes.compactMap { node in
            try images[node.spec.image]?[node.spec.isa].flatMap { image in
                try record.node(named: node.name).map {
                    try DomainSpec(node: $0, of: record, paths: paths, kernel: image.kernel)
                }
            }
        }
        try await connection.start(specs)
    }
}
