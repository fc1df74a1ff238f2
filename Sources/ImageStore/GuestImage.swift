import Debian
import FoundationEssentials
import ISA
import Support

/// What the image record says about one file of an image.
public struct ImageFile: Codable, Sendable, Equatable {
    /// In bytes.
    public var size: Int
    public var sha256: String
}

/// `image.json`: what an image is made of.
public struct ImageRecord: Codable, Sendable, Equatable {
    public var format: Int
    /// Short digest of the content: two images with one id are equal.
    public var id: String
    public var recipe: String
    public var isa: ISA
    /// Digest of everything that the image was built from, package versions aside.
    public var key: String
    /// Every package that was read, whether or not a file of it is in the image.
    public var packages: [DebianPackage]
    /// As `uname -r` says it.
    public var kernelVersion: String
    public var kernelFormat: GuestImage.KernelFormat
    /// The modules of `/etc/modules`, in load order.
    public var modules: [String]
    /// The modules of `/lib/popcorn`, built from our sources.
    public var popcornModules: [String]
    public var kernel: ImageFile
    public var initramfs: ImageFile
    /// SHA-256 over both files; `id` is its beginning.
    public var digest: String
    /// ISO 8601, UTC.
    public var built: String
    /// How long the build took, in seconds, downloads included.
    public var buildSeconds: Double
}

/// A kernel and an initramfs that a guest can be started from.
public struct GuestImage: Sendable, Equatable {
    /// The form of the kernel file.
    public enum KernelFormat: String, Codable, Sendable {
        /// An x86-64 ELF file that QEMU starts through its PVH entry, with nothing left to decompress.
        case vmlinux
        /// The compressed x86-64 kernel with its own loader.
        case bzImage
        /// The aarch64 kernel.
        case image = "Image"
    }

    /// The directory in the cache.
    public var directory: String
    public var record: ImageRecord

    public var id: String { record.id }
    public var isa: ISA { record.isa }
    /// For `-kernel`.
    public var kernel: String { directory + "/kernel" }
    /// For `-initrd`: an uncompressed `newc` archive, to which others may be appended.
    public var initramfs: String { directory + "/initramfs" }
    /// Holds the modules of `/lib/popcorn` with their debug information, for `addr2line` and the like.
    public var debugModules: String { directory + "/debug" }
    public var kernelVersion: String { record.kernelVersion }
    public var kernelFormat: KernelFormat { record.kernelFormat }
}

extension GuestImage {
    static let recordFile = "image.json"
    static let stampFile = "stamp.json"

    /// Where and when a file was written: while this is unchanged, so is the content, short of a failing disk.
    struct Stamp: Codable, Equatable {
        var size: Int
        var inode: UInt64
        var modified: Int64

        init?(of path: String) {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            size = Int(status.st_size)
            inode = UInt64(status.st_ino)
            modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        }
    }

    /// Reads an image of the cache; `nil` if it is not there or damaged.
    ///
    /// Digests are computed only if a file's place, size or time of change is not what it was after the last check.
    init?(directory: String) {
        guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(Self.recordFile)"),
            let record = try? JSONDecoder().decode(ImageRecord.self, from: bytes),
            record.format == ImageKey.formatVersion
        else { return nil }
        self.init(directory: directory, record: record)
        guard let stamps = [Stamp(of: kernel), Stamp(of: initramfs)] as? [Stamp] else { return nil }
        let known = FileManager.default.contents(atPath: "\(directory)/\(Self.stampFile)")
            .flatMap { try? JSONDecoder().decode([Stamp].self, from: $0) }
        if known == stamps { return }
        guard isIntact() else { return nil }
        if let text = try? JSONEncoder().encode(stamps) {
            // A cache that cannot be written to is still a cache.
            try? AtomicFile.write(text, to: "\(directory)/\(Self.stampFile)")
        }
    }

    /// Whether both files have the digests that the record says.
    public func isIntact() -> Bool {
        (try? SHA256.hex(ofFile: kernel)) == record.kernel.sha256
            && (try? SHA256.hex(ofFile: initramfs)) == record.initramfs.sha256
    }
}
