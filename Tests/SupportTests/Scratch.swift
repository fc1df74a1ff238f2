import FoundationEssentials
import Support

/// A directory of a test's own, removed with the value.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/popcorn-support-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    var entries: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
