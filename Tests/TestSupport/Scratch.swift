import FoundationEssentials
import Support

/// A directory of a test's own, gone with the last reference to it.
///
/// What test processes left that were killed goes with the next.
public final class Scratch: Sendable {
    /// Short enough for sockets.
    public let path: String

    private static let prefix = "popcorn-test-"

    public init() throws {
        _ = Self.sweep
        path = "/tmp/\(Self.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private static let sweep: Void = {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] where name.hasPrefix(prefix) {
            let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" })
            guard let owner, kill(owner, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: "/tmp/" + name)
        }
    }()

    /// The path of a file in it.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file, with the directories that it needs, and returns its path.
    @discardableResult
    public func write(_ content: some ContiguousBytes, to name: String, mode: mode_t = 0o644) throws -> String {
        let file = file(name)
        try Directories.create(String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]))
        try AtomicFile.write(content, to: file, mode: mode)
        chmod(file, mode)
        return file
    }

    @discardableResult
    public func write(_ text: String, to name: String, mode: mode_t = 0o644) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    /// A file's bytes; `nil` if there is none.
    public func read(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map { Array($0) } }

    public func text(_ name: String) -> String? { read(name).map { String(decoding: $0, as: UTF8.self) } }

    /// What is in it, or in a directory below it, in order.
    public func names(_ directory: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: file(directory))) ?? []).sorted()
    }
}
