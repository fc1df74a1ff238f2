import Hypervisor
import Lab

/// What runs the guests of this host.
enum HostVersions {
    /// The versions of QEMU and libvirt, as fields of a fingerprint; none if libvirt does not say.
    static func all(_ environment: LabEnvironment) async -> [String: String] {
        guard let versions = try? await environment.hypervisorVersions() else { return [:] }
        return ["qemu": versions.qemu, "libvirt": versions.libvirt]
    }
}
