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
        /// It has a QEMU, and its guest answers.
        case running
        /// It has no QEMU.
        case absent
        /// It has a QEMU, which has stopped its CPUs.
        case frozen
        /// It has a QEMU, but does not answer.
        case unreachable
    }

    /// One of its nodes.
    package struct Node: Codable, Sendable {
        /// The node's name, as in the lab file.
        package var name: String
        /// The node's id in the message layer: its place in the lab's list of nodes, from 0.
        package var id: Int
        /// What the guest's CPUs execute.
        package var isa: ISA
        /// Whether it runs and answers.
        package var state: State
        /// What runs the guest's CPUs, as the record says.
        package var accelerator: NodeAccelerator
        /// Why it is that: half a sentence such as `the host is x86-64`; empty while it is undecided.
        package var acceleratorReason: String
        /// The node's IPv4 address on the fabric, in dotted form.
        package var address: String
        /// The port of 127.0.0.1 on the host that leads to the guest's SSH server.
        package var sshPort: UInt16
        /// The release of the kernel that the node booted last, as `uname -r` in the guest prints it.
        package var kernel: String
        /// The id of the image that the node booted last.
        package var image: String
        /// How many virtual CPUs the guest has.
        package var vcpus: Int
        var memoryMiB: Int
        var qemuPID: Int32?
        /// Seconds since the guest's kernel started.
        package var uptimeSeconds: Double?
        /// As the node's message layer sees them, by name.
        package var peers: [String: PeerTable.State]
        /// For how long the node has heard nothing of peers that are silent, in ms, by name.
        package var silences: [String: Int] = [:]
        /// What `net` did to it.
        package var impairment: String
        /// Why the guest does not answer, if it does not; what lets it answer, if it is frozen.
        package var problem: String?
    }

    /// The lab's name.
    package var lab: String
    /// The lab's UUID, which another lab of the same name does not share.
    package var id: String
    /// When the lab's record was made, before its guests were started.
    package var created: Date
    /// The libvirt URI of the connection that the lab's domains were created on.
    package var hypervisor: String
    /// All nodes of the lab, in the order of their ids.
    package var nodes: [Node]
    /// The ids of the lab's runs, oldest first.
    package var runs: [String]
    /// Those that this process, and hence a guest that it starts, may run on.
    package var hostCPUs: Int?
}

extension LabAccess {
    /// Asks every node that runs; one that does not answer is a state, not an error.
    package func status() async throws -> LabStatus {
        let processes = QEMUProcess.find(uuids: record.nodes.map(\.uuid))
        for node in record.nodes where processes[node.uuid] == nil { await announceEnd(of: node.name) }
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
            let condition = try await withAnsweringSession(node) { try await node.guest($0).condition() }
            status.uptimeSeconds = condition.uptimeSeconds
            for peer in condition.peers.peers
            where peer.id != node.id && record.nodes.indices.contains(peer.id) {
                let name = record.nodes[peer.id].name
                status.peers[name] = peer.state
                if peer.state == .silent { status.silences[name] = peer.silentMilliseconds }
            }
        } catch let error as LabError where error.code == .guestFrozen {
            status.state = .frozen
            status.problem = error.hint
        } catch {
            status.state = .unreachable
            status.problem = error.sentence
        }
        return status
    }
}
