import FoundationEssentials
import Support

/// A directory for one build, named by the process that builds, so that a later process can tell that it is abandoned.
struct WorkDirectory: Sendable {
    let path: String

    /// Creates a fresh directory in `parent`.
    init(in parent: String) throws {
        let start = ProcessIdentity(pid: getpid())?.startTime ?? 0
        path = "\(parent)/\(getpid())-\(start)-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(path)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Removes what killed builds left in `parent`; returns how many there were.
    @discardableResult
    static func removeAbandoned(in parent: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        let abandoned = names.filter { name in
            let parts = name.split(separator: "-")
            guard parts.count == 3, let pid = Int32(parts[0]), let start = UInt64(parts[1]) else { return false }
            return ProcessIdentity(pid: pid)?.startTime != start
        }
        for name in abandoned { try? FileManager.default.removeItem(atPath: "\(parent)/\(name)") }
        return abandoned.count
    }

    /// Writes a file below the directory, with the directories that it needs, flushed to disk if `durable`.
    func write(_ bytes: [UInt8], to relative: String, mode: mode_t = 0o644, durable: Bool = false) throws {
        let file = "\(path)/\(relative)"
        if let slash = file.lastIndex(of: "/") { try Directories.create(String(file[..<slash])) }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("create \(file)") }
        defer { close(descriptor) }
        try AtomicFile.writeAll(bytes, to: descriptor, name: file)
        guard !durable || fsync(descriptor) == 0 else { throw SystemError("flush \(file)") }
    }
}

/// Flushes a directory's entries to disk.
func flush(directory: String) throws {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(directory)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SystemError("flush \(directory)") }
}
