import FoundationEssentials
import GuestContract
import Hypervisor
import ISA
import Support
import Topology

/// `status`: what a lab is doing, as far as the record, the process table and the guests themselves tell.
package struct LabStatus: Codable, Sendable {
    /// What a node is doing.
    package enum State: String, Codable, Sendable {
        case running
        /// It has no QEMU.
        case absent
        /// It has a QEMU, but does not answer.
        case unreachable
    }

    /// One of its nodes.
    package struct Node: Codable, Sendable {
        package var name: String
        package var id: Int
        package var isa: ISA
        package var state: State
        package var accelerator: NodeAccelerator
        package var acceleratorReason: String
        package var address: String
        package var sshPort: UInt16
        package var kernel: String
        package var image: String
        package var vcpus: Int
        var memoryMiB: Int
        var qemuPID: Int32?
        /// Seconds since the guest's kernel started.
        package var uptimeSeconds: Double?
        /// As the node's message layer sees them, by name.
        package var peers: [String: PeerTable.State]
        /// What `net` did to it.
        package var impairment: String
        /// Why the guest does not answer, if it does not.
        package var problem: String?
    }

    package var lab: String
    package var id: String
    package var created: Date
    package var hypervisor: String
    package var nodes: [Node]
    package var runs: [String]
    /// Those that this process, and hence a guest that it starts, may run on.
    package var hostCPUs: Int?
}

extension LabAccess {
    /// Asks every node that runs; one that does not answer is a state, not an error.
    package func status() async throws -> LabStatus {
        let processes = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        let nodes = await withTaskGroup(of: LabStatus.Node.self) { group in
            for node in record.nodes {
                group.addTask { await status(of: node, qemu: processes[node.uuid]) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.id < $1.id }
        }
        return LabStatus(
            lab: record.spec.name, id: record.id, created: record.created, hypervisor: record.uri, nodes: nodes,
            runs: record.runs, hostCPUs: (CPUList.usable ?? CPUList.online)?.count)
    }

    private func status(of node: NodeRecord, qemu: ProcessIdentity?) async -> LabStatus.Node {
        var status = LabStatus.Node(
            name: node.name, id: node.id, isa: node.spec.isa, state: qemu == nil ? .absent : .running,
            accelerator: node.accelerator, acceleratorReason: node.acceleratorReason,
            address: node.spec.address.description, sshPort: node.sshPort, kernel: node.kernel, image: node.image,
            vcpus: node.spec.vcpus, memoryMiB: node.spec.memoryMiB, qemuPID: qemu?.pid, uptimeSeconds: nil, peers: [:],
            impairment: record.impairments[node.name]?.summary ?? "", problem: nil)
        guard qemu != nil else { return status }
        do {
            let condition = try await withSession(node) { try await node.guest($0).condition() }
            status.uptimeSeconds = condition.uptimeSeconds
            for peer in condition.peers.peers
            where peer.id != node.id && record.nodes.indices.contains(peer.id) {
                status.peers[record.nodes[peer.id].name] = peer.state
            }
        } catch {
            status.state = .unreachable
            status.problem = error.sentence
        }
        return status
    }
}
