import Fabric
import Hypervisor
import ImageStore
import Topology

extension DomainSpec {
    /// The domain of one node, as `up` starts it.
    init(node: NodeRecord, of record: LabRecord, paths: LabPaths, kernel: String) throws {
        guard let accelerator = node.accelerator.decided else {
            throw LabError(.brokenRecord, "\(node.name): nothing was chosen to run it")
        }
        self.init(
            name: node.domain, uuid: node.uuid,
            metadata: LabMetadata(
                owner: LabMetadata.owner(stateDirectory: paths.directories.state), lab: record.spec.name,
                labID: record.id, node: node.name),
            isa: node.spec.isa, accelerator: accelerator, vcpus: node.spec.vcpus, memoryMiB: node.spec.memoryMiB,
            kernel: kernel, initramfs: paths.initramfs(node.name),
            commandLine: KernelCommandLine.embedded(
                isa: node.spec.isa, accelerator: accelerator, interface: node.interface?.kernelArguments[node.spec.isa],
                extra: node.spec.kernelArguments),
            consoleSocket: paths.consoleSocket(node.name), consoleLog: paths.serialLog(node.name),
            reportLog: paths.reportLog(node.name), virtioBus: node.virtioBus, networkCard: node.networkCard,
            management: ManagementNIC(mac: node.managementMAC.description, hostPort: node.sshPort),
            fabric: FabricNIC(
                mac: node.fabricMAC.description, switchDirectory: VDESwitch(directory: paths.fabric).socketDirectory),
            fabricCapture: node.isCaptured ? paths.capture(node.name) : nil,
            debugSocket: paths.debugSocket(node.name),
            placement: Placement(
                hostCPUs: node.spec.cpus.map { Array($0.cpus) } ?? [],
                memoryNodes: node.spec.numaNode.map { [$0] } ?? []))
    }
}
