import FoundationEssentials
import Support

/// Finds the QEMU process of a domain in the host's process table, which needs no libvirt.
public enum QEMUProcess {
    /// The process that was started with `-uuid UUID`; `nil` if there is none on this host.
    public static func find(uuid: String) -> ProcessIdentity? { find(uuids: [uuid])[uuid] }

    /// The processes of several domains, by UUID as it was asked for.
    public static func find(uuids: [String]) -> [String: ProcessIdentity] {
        let wanted = Dictionary(uuids.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String: ProcessIdentity] = [:]
        guard let directory = opendir("/proc") else { return found }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = Int32(name), let uuid = uuid(ofProcess: pid), let asked = wanted[uuid] else { continue }
            // A zombie, which no longer is a guest, has no identity.
            if let process = ProcessIdentity(pid: pid) { found[asked] = process }
        }
        return found
    }

    /// What follows `-uuid` on the command line of a QEMU process.
    private static func uuid(ofProcess pid: Int32) -> String? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"), !bytes.isEmpty else {
            return nil
        }
        let arguments = bytes.split(separator: 0, omittingEmptySubsequences: false)
        guard let first = arguments.first, String(decoding: first, as: UTF8.self).contains("qemu"),
            let index = arguments.firstIndex(where: { $0.elementsEqual("-uuid".utf8) }), index + 1 < arguments.count
        else { return nil }
        return String(decoding: arguments[index + 1], as: UTF8.self).lowercased()
    }
}
