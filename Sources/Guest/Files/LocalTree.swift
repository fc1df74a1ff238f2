import FoundationEssentials
import Support

/// A file or directory of this host with all that is below it, parents before children.
struct LocalTree {
    struct Item {
        /// Relative to the root; empty for the root itself.
        var relativePath: String
        var file: RemoteFile
        /// Where a symbolic link points.
        var link: String?

        func path(under root: String) -> String { relativePath.isEmpty ? root : "\(root)/\(relativePath)" }
    }

    private(set) var items: [Item] = []
    private(set) var totalBytes: UInt64 = 0

    /// Throws `SystemError`.
    init(_ root: String) throws { try add(root, "") }

    private mutating func add(_ path: String, _ relative: String) throws {
        var status = stat()
        guard path.withBytes({ lstat($0, &status) }) == 0 else { throw SystemError("look at \(path)") }
        var item = Item(
            relativePath: relative, file: RemoteFile(mode: status.st_mode, size: UInt64(status.st_size)), link: nil)
        switch item.file.kind {
        case .regular: totalBytes += item.file.size
        case .symbolicLink: item.link = try Self.link(path)
        case .directory: break
        case .other: throw SystemError("copy \(path), which is a device, socket or pipe", errno: EINVAL)
        }
        items.append(item)
        guard item.file.kind == .directory else { return }
        for name in try Self.names(in: path).sorted() {
            try add("\(path)/\(name)", relative.isEmpty ? name : "\(relative)/\(name)")
        }
    }

    private static func names(in path: String) throws -> [String] {
        guard let directory = path.withBytes({ opendir($0) }) else { throw SystemError("open directory \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { ByteText.text($0) }
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw SystemError("read directory \(path)") }
        return names
    }

    private static func link(_ path: String) throws -> String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = path.withBytes { readlink($0, &target, target.count) }
        guard count >= 0 else { throw SystemError("read link \(path)") }
        return ByteText.text(target[..<count].map { UInt8(bitPattern: $0) })
    }
}
