import FoundationEssentials
import Support
import SystemPackage

/// A file or directory that is open for reading.
final class OpenFile: Sendable {
    let descriptor: FileDescriptor
    let isFolder: Bool
    /// In bytes, when it was opened.
    let size: Int64
    /// Tells one state of the file from another.
    let stamp: FileStamp

    /// Takes a descriptor over.
    ///
    /// - Throws: `DashboardError.absent` for what is neither file nor directory.
    init(owning descriptor: FileDescriptor) throws {
        self.descriptor = descriptor
        var status = stat()
        let isKnown = fstat(descriptor.rawValue, &status) == 0
        let kind = status.st_mode & S_IFMT
        guard isKnown, kind == S_IFREG || kind == S_IFDIR else {
            try? descriptor.close()
            throw DashboardError.absent("this is no file")
        }
        (isFolder, size, stamp) = (kind == S_IFDIR, Int64(status.st_size), FileStamp(status))
    }

    deinit { try? descriptor.close() }
}

/// Which file it is, and in which state.
struct FileStamp: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
        (device, inode, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    init?(of path: String) {
        var status = stat()
        guard path.withBytes({ stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// When it was written last, in seconds since 1970.
    var modified: Double { Double(seconds) + Double(nanoseconds) / 1e9 }
}

/// What lies below a directory, and nothing else: each name of a path is opened from the directory before it, and symbolic
/// links are not followed, wherever they lead.
struct ConfinedTree: Sendable {
    let root: String

    /// - Parameter names: from the root on; see `Target.isName`.
    /// - Throws: `DashboardError.absent`, whatever the reason: others need not know what else there is.
    func open(_ names: [String]) throws -> OpenFile {
        let path = names.joined(separator: "/")
        guard names.allSatisfy(Target.isName) else { throw DashboardError.absent("there is no file \(path)") }
        var descriptor = try Self.opened(path) {
            root.withBytes { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        for (index, name) in names.enumerated() {
            let parent = descriptor
            defer { try? parent.close() }
            let only = index < names.count - 1 ? O_DIRECTORY : 0
            descriptor = try Self.opened(path) {
                // Without waiting, should it be a pipe.
                name.withBytes {
                    openat(parent.rawValue, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | only)
                }
            }
        }
        return try OpenFile(owning: descriptor)
    }

    private static func opened(_ path: String, _ call: () -> Int32) throws -> FileDescriptor {
        let number = call()
        guard number >= 0 else { throw DashboardError.absent("there is no file \(path)") }
        return FileDescriptor(rawValue: number)
    }
}

/// What is in a directory.
struct FolderEntry: Sendable, Equatable {
    /// As `ByteText`.
    var name: String
    var isFolder: Bool
    /// In bytes.
    var size: Int64
    /// In seconds since 1970.
    var modified: Double
}

extension OpenFile {
    /// Files and directories in it, by name; links and all else are left out.
    func entries() throws -> [FolderEntry] {
        let copy = try SystemError.naming("read a directory") { try descriptor.duplicatePrivately() }
        guard let stream = fdopendir(copy.rawValue) else {
            try? copy.close()
            throw SystemError("read a directory")
        }
        defer { closedir(stream) }
        rewinddir(stream)
        var found: [FolderEntry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { ByteText.text($0) }
            }
            var status = stat()
            guard Target.isName(name),
                name.withBytes({ fstatat(descriptor.rawValue, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0
            else { continue }
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR else { continue }
            found.append(
                FolderEntry(
                    name: name, isFolder: kind == S_IFDIR, size: Int64(status.st_size),
                    modified: FileStamp(status).modified))
        }
        return found.sorted { $0.name < $1.name }
    }
}
