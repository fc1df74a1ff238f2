import ISA

/// One guest of a lab. Its place in the lab's list of nodes is its node id.
package struct NodeSpec: Codable, Sendable, Hashable {
    /// `name` of the node in the lab file, by which commands know it; it becomes the guest's host name.
    package var name: String
    /// The instruction set of the guest, which need not be the host's.
    package var isa: ISA
    /// Virtual CPUs, from 1 to 64.
    package var vcpus: Int
    /// The guest's memory in MiB.
    package var memoryMiB: Int
    /// The name of the image recipe that the node boots.
    package var image: String
    /// What follows our own arguments on the kernel's command line; for most keys the kernel takes the last value it is given.
    package var kernelArguments: String?
    /// The kernel that the node boots in place of the image's; `nil` for that.
    package var kernel: OwnKernel?
    /// What the node runs in place of the image's files; `nil` for those.
    package var system: GuestSystem?
    /// The libvirt URI of the machine that runs the node; `nil` for the lab's default.
    package var host: String?
    /// The host's CPUs that the node's virtual CPUs may run on; `nil` for all.
    package var cpus: CPUList?
    /// The host's NUMA node that the node's memory comes from; `nil` for any.
    package var numaNode: Int?
    /// The node's address on the fabric.
    package var address: IPv4Address

    package static let defaultMemoryMiB = 512
    /// The recipe of the image that popcorn-lab builds itself.
    package static let defaultImage = "embedded"

    /// Makes a node with the defaults of a lab file, but for what is given; nothing is checked here.
    package init(
        name: String, isa: ISA, vcpus: Int = DefaultVCPUs.most, memoryMiB: Int = defaultMemoryMiB,
        image: String = defaultImage, kernelArguments: String? = nil, kernel: OwnKernel? = nil,
        system: GuestSystem? = nil, host: String? = nil,
        cpus: CPUList? = nil, numaNode: Int? = nil,
        address: IPv4Address
    ) {
        self.name = name
        self.isa = isa
        self.vcpus = vcpus
        self.memoryMiB = memoryMiB
        self.image = image
        self.kernelArguments = kernelArguments
        self.kernel = kernel
        self.system = system
        self.host = host
        self.cpus = cpus
        self.numaNode = numaNode
        self.address = address
    }
}
