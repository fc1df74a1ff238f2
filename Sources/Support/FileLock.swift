import FoundationEssentials

/// An exclusive `flock` on a file that says who holds it.
///
/// The kernel drops the lock when its holder dies, so a lock never has to be cleaned up. The holder removes the file when it
/// lets go; who waited for it sees that its file is not the one of that name any more, and begins again.
package final class FileLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Takes the lock, or fails at once with `LockedError` if another process holds it.
    ///
    /// - Parameter purpose: what the error of others will name, such as `popcorn-lab up x86,arm`.
    package convenience init(path: String, purpose: String) throws {
        try self.init(path: path, purpose: purpose, wait: false)
    }

    /// Takes the lock, waiting until its holder lets go. It blocks the calling thread: keep the sections short.
    package static func waiting(path: String, purpose: String) throws -> FileLock {
        try FileLock(path: path, purpose: purpose, wait: true)
    }

    private init(path: String, purpose: String, wait: Bool) throws {
        self.path = path
        descriptor = try Self.lock(path, wait: wait)
        ftruncate(descriptor, 0)
        try AtomicFile.writeAll(Array("\(getpid()) \(purpose)\n".utf8), to: descriptor, name: path)
    }

    deinit {
        // While it is held: whoever opens the file before this, and gets the lock after it, finds out by `isCurrent`.
        if Self.isCurrent(descriptor, path) { unlink(path) }
        ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// A descriptor of the file that has the name now, locked.
    private static func lock(_ path: String, wait: Bool) throws -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError("open lock \(path)") }
            while flock(descriptor, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0 {
                if errno == EINTR { continue }
                let code = errno
                let holder = Self.holder(path: path)
                close(descriptor)
                throw code == EWOULDBLOCK
                    ? LockedError(path: path, holder: holder) : SystemError("lock \(path)", errno: code)
            }
            if isCurrent(descriptor, path) { return descriptor }
            close(descriptor)
        }
    }

    private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
        var open = stat(), named = stat()
        return fstat(descriptor, &open) == 0 && stat(path, &named) == 0 && open.st_dev == named.st_dev
            && open.st_ino == named.st_ino
    }

    /// `PID PURPOSE` of the process that took the lock last, as it wrote it itself; `nil` if nobody holds it.
    package static func holder(path: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: path), !bytes.isEmpty else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

/// Another process holds a lock.
package struct LockedError: ActionableError {
    /// The file of the lock.
    package var path: String
    /// `PID PURPOSE` of the process that holds the lock; `nil` if the file does not say.
    package var holder: String?

    package var summary: String {
        "another popcorn-lab is at work here: " + (holder.map { "process \($0)" } ?? "the holder of \(path)")
    }
    package var hint: String? { "wait for it to end, or stop it with Ctrl-C or kill" }
    package var exitStatus: ExitStatus { .locked }
}
