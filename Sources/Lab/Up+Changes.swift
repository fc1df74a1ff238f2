import FoundationEssentials
import Hypervisor
import Support

/// What `up` does with guests that run something that was built anew since, and with those that they leave alone.
extension Up {
    /// How long a guest may take to end by itself. What it loses is its memory: another kernel starts from nothing.
    private static let grace = Duration.seconds(3)

    /// Ends the guests that must be booted again, and says why.
    ///
    /// - Parameter record: of the lab as it runs.
    func endOutdated(_ record: LabRecord, _ hypervisor: Hypervisor, _ images: NodeImages) async throws {
        let alive = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        var ending: [NodeRecord] = []
        for node in record.nodes where alive[node.uuid] != nil {
            let changes = try changes(of: node, images)
            guard !changes.isEmpty else { continue }
            report(.node(node.name, .note("rebooting, since \(changes.joined(separator: ", ")) changed")))
            ending.append(node)
        }
        ending += survivors(record, ending, alive)
        guard !ending.isEmpty else { return }
        let down = Down(environment: environment, report: report)
        let waits = ending.map { $0.timeScale(Self.grace) }.max() ?? Self.grace
        await down.askToEnd(ending, environment.store.paths(record.spec.name), waits)
        try Task.checkCancellation()
        let left = QEMUProcess.find(uuids: ending.map(\.uuid))
        guard !left.isEmpty else { return }
        let uuids = Array(left.keys)
        try await hypervisor.withConnection { try await $0.destroy(uuids) }
    }

    /// The files that the node boots and that are not what it runs.
    private func changes(of node: NodeRecord, _ images: NodeImages) throws -> [String] {
        guard let booted = node.bootFiles, let now = try images.kernel(of: node.spec)?.digests() else { return [] }
        return Set(booted.keys).union(now.keys).filter { booted[$0] != now[$0] }.sorted().map {
            String($0.split(separator: "/").last ?? "")
        }
    }

    /// The nodes that run, and to which those that are booted now could not come back.
    private func survivors(
        _ record: LabRecord, _ ending: [NodeRecord], _ alive: [String: ProcessIdentity]
    ) -> [NodeRecord] {
        let booted = record.nodes.filter { node in alive[node.uuid] == nil || ending.contains { $0.id == node.id } }
        guard let interface = record.nodes.lazy.compactMap(\.interface).first, !interface.canRejoin, !booted.isEmpty
        else { return [] }
        let others = record.nodes.filter { node in !booted.contains { $0.id == node.id } }
        for node in others {
            report(
                .node(
                    node.name,
                    .note(
                        "rebooting, too: \(booted.map(\.name).joined(separator: ", ")) could not join it again "
                            + "(\(interface.name): peers.rejoin is false)")))
        }
        return others
    }
}
