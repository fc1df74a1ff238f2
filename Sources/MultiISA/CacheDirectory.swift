import FoundationEssentials
import Support

/// Directories of the cache that appear complete or not at all.
enum CacheDirectory {
    /// Lets `make` fill a new directory and gives it its name.
    ///
    /// One process at a time fills it, or a parallel `make` with an empty cache would compile the runtime once per file; the
    /// others wait and find it done.
    static func fill(_ path: String, _ make: (_ work: String) async throws -> Void) async throws {
        let lock = try await lock(path + ".lock")
        defer { withExtendedLifetime(lock) {} }
        guard access(path, R_OK) != 0 else { return }
        let work = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        try await make(work)
        guard rename(work, path) == 0 else { throw SystemError("rename \(work) to \(path)") }
    }

    /// Waits for the lock on a thread of its own.
    static func lock(_ path: String) async throws -> FileLock {
        try await withCheckedThrowingContinuation { continuation in
            ThreadExecutor.detach(name: "cache lock") {
                continuation.resume(with: Result { try FileLock.waiting(path: path, purpose: "popcorn-cc") })
            }
        }
    }
}
