import Support

/// Finds the QEMU process of a domain in the host's process table, which needs no libvirt.
package enum QEMUProcess {
    /// The process that was started with `-uuid UUID`; `nil` if there is none on this host.
    package static func find(uuid: String) -> ProcessIdentity? { find(uuids: [uuid])[uuid] }

    /// The processes of several domains, by UUID as it was asked for.
    package static func find(uuids: [String]) -> [String: ProcessIdentity] {
        let wanted = Dictionary(uuids.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let processes = ProcessTable.compactMap { words in uuid(onCommandLine: words).flatMap { wanted[$0] } }
        return Dictionary(processes.map { ($0.found, $0.process) }, uniquingKeysWith: { first, _ in first })
    }

    /// What follows `-uuid` on the command line of a QEMU process.
    private static func uuid(onCommandLine words: [Substring]) -> String? {
        guard words.first?.contains("qemu") == true, let index = words.firstIndex(of: "-uuid"), index + 1 < words.count
        else { return nil }
        return words[index + 1].lowercased()
    }
}
