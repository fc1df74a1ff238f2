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
            kernel: kernel, initramfs: node.initramfs(paths),
            commandLine: KernelCommandLine.embedded(
                isa: node.spec.isa, accelerator: accelerator, interface: node.interface?.kernelArguments[node.spec.isa],
                root: node.root, extra: node.spec.kernelArguments),
            disk: node.spec.system?.disk.map {
                Disk(path: $0.path, format: $0.format, model: node.diskModel, isSnapshot: $0.isSnapshot)
            },
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

extension NodeRecord {
    /// What QEMU gives the kernel to unpack; `nil` for nothing.
    fileprivate func initramfs(_ paths: LabPaths) -> String? {
        switch spec.system?.initramfs ?? .embedded {
        case .embedded: paths.initramfs(name)
        case .file(let path): path
        case .none: nil
        }
    }

    /// The file system that becomes `/`; `nil` without a disk.
    var root: String? { spec.system?.disk.map { $0.root ?? diskModel.device } }
}
