import FoundationEssentials
import Support

/// Directories of the cache that appear complete or not at all, without locks.
enum CacheDirectory {
    /// Lets `make` fill a new directory and gives it its name. If another process was faster, its result stays.
    static func fill(_ path: String, _ make: (_ work: String) async throws -> Void) async throws {
        let work = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        try await make(work)
        guard rename(work, path) != 0 else { return }
        let code = currentErrno()
        guard code == ENOTEMPTY || code == EEXIST else { throw SystemError("rename \(work) to \(path)", errno: code) }
    }
}
