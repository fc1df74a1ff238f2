import Support
import Topology

/// How many labs a host can run side by side.
package enum JobCount {
    /// Two nodes of a lab keep two CPUs busy; without a CPU for each, labs only slow each other down.
    private static let cpusPerLab = 2
    /// A lab of two nodes with the memory that nodes have by default, in MiB.
    private static let memoryPerLab = 2 * NodeSpec.defaultMemoryMiB

    /// For labs of two nodes with the usual memory, as this host is now; at least 1.
    package static var automatic: Int {
        let cpus = ((CPUList.usable ?? CPUList.online)?.count ?? 1) / cpusPerLab
        let memory = (HostMemory.availableMiB ?? 0) / memoryPerLab
        return max(1, min(cpus, memory))
    }
}
