import FoundationEssentials
import Support

/// What directories take on the disk, and what is left of it.
enum DiskUsage {
    /// What stat(2) counts blocks in, whatever the file system's own are.
    private static let blockSize: Int64 = 512

    /// The space that a file or a directory with all below it takes; links are not followed, and what vanishes meanwhile counts
    /// nothing.
    static func size(of path: String) -> DiskSize {
        var seen: Set<FileID> = []
        return DiskSize(bytes: bytes(of: path, &seen))
    }

    /// What this user may still write to the file system that has a directory, or its nearest parent that exists.
    ///
    /// - Throws: `SystemError`.
    static func free(at path: String) throws -> DiskSize {
        var room = statvfs()
        var place = path
        while place.withBytes({ statvfs($0, &room) }) != 0 {
            guard errno == ENOENT, let slash = place.lastIndex(of: "/"), place != "/" else {
                throw SystemError("ask for the room in \(path)")
            }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        return DiskSize(bytes: Int64(clamping: UInt64(room.f_bavail) * UInt64(room.f_frsize)))
    }

    /// A file of several names takes its space once.
    private struct FileID: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    private static func bytes(of path: String, _ seen: inout Set<FileID>) -> Int64 {
        var status = stat()
        guard path.withBytes({ lstat($0, &status) }) == 0 else { return 0 }
        let kind = status.st_mode & S_IFMT
        if kind != S_IFDIR, status.st_nlink > 1,
            !seen.insert(FileID(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))).inserted
        {
            return 0
        }
        var sum = Int64(status.st_blocks) * blockSize
        guard kind == S_IFDIR else { return sum }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            sum += bytes(of: path + "/" + name, &seen)
        }
        return sum
    }
}
