import Lab
import Results
import Support
import Topology

/// A lab that runs, for the cases of one worker.
struct BootedLab: Sendable {
    /// What it was booted for.
    let order: BootOrder
    let access: LabAccess
    let boot: Boot

    /// The name that this boot has among the user's labs.
    var name: String { access.record.spec.name }

    /// A time that is meant for real hardware, for the slowest of its guests.
    func scale(_ limit: Duration) -> Duration {
        access.record.nodes.map { $0.timeScale(limit) }.max() ?? limit
    }

    /// `fingerprint` of a reference build, of which figures relative to it can only be compared if it is the same build.
    ///
    /// - Parameter title: what it is.
    static func fingerprint(
        _ record: LabRecord, versions: [String: String], reference title: String
    ) -> Fingerprint {
        var found = fingerprint(record, versions: versions)
        found.platform["reference"] = title
        for node in record.nodes {
            found.platform["reference.kernel.\(node.name)"] = node.kernel
            found.platform["reference.image.\(node.name)"] = node.image
        }
        return found
    }

    /// What the kernels under test and the machine below them are.
    static func fingerprint(_ record: LabRecord, versions: [String: String]) -> Fingerprint {
        let host = Manifest.Host.current
        var platform = versions
        platform["host.kernel"] = host.kernel
        platform["host.cpus"] = "\(host.cpus)"
        platform["host.cpu"] = HostCPU.model
        var subject = ["popcorn-lab": Version.current]
        for node in record.nodes {
            platform["isa.\(node.name)"] = node.spec.isa.rawValue
            platform["accelerator.\(node.name)"] = node.accelerator.rawValue
            platform["vcpus.\(node.name)"] = "\(node.spec.vcpus)"
            platform["memory.\(node.name)"] = "\(node.spec.memoryMiB) MiB"
            subject["kernel.\(node.name)"] = node.kernel
            subject["image.\(node.name)"] = node.image
            // A kernel that was built anew has the same release.
            subject["files.\(node.name)"] = node.bootDigest
        }
        return Fingerprint(platform: platform, subject: subject)
    }
}

/// The host's CPU.
enum HostCPU {
    /// As the kernel calls it: on x86-64 the model's name, on aarch64 implementer and part. `unknown` if it does not say.
    static let model: String = {
        guard let bytes = try? AtomicFile.contents(of: "/proc/cpuinfo") else { return "unknown" }
        var fields: [String: String] = [:]
        for line in ByteText.text(Array(bytes)).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingWhitespace }
            if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
        }
        if let name = fields["model name"] { return name }
        guard let implementer = fields["CPU implementer"], let part = fields["CPU part"] else { return "unknown" }
        return "\(implementer) \(part)"
    }()
}

extension Substring {
    fileprivate var trimmingWhitespace: String {
        var rest = self
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest.drop { $0.isWhitespace })
    }
}
