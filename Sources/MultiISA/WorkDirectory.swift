import FoundationEssentials
import Support

/// Where a command keeps what its steps hand to each other; gone with the last reference to it, unless it is kept.
final class WorkDirectory: Sendable {
    let path: String
    private let isKept: Bool

    init(isKept: Bool) throws {
        self.isKept = isKept
        let parent = FileManager.default.temporaryDirectory.path
        path = "\(parent)/popcorn-cc-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Directories.create(path)
    }

    deinit { if !isKept { try? FileManager.default.removeItem(atPath: path) } }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
