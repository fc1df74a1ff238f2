/// The processes of this host, by the words of their command lines.
package enum ProcessTable {
    /// What `match` makes of each process that it knows by its command line. Zombies, which have none, are left out.
    package static func compactMap<Found>(
        _ match: ([Substring]) -> Found?
    ) -> [(process: ProcessIdentity, found: Found)] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var result: [(ProcessIdentity, Found)] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // A process may end while we look at it.
            guard let pid = Int32(name), let bytes = try? AtomicFile.read("/proc/\(pid)/cmdline"), !bytes.isEmpty else {
                continue
            }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false)
            guard let found = match(words), let process = ProcessIdentity(pid: pid) else { continue }
            result.append((process, found))
        }
        return result
    }
}
