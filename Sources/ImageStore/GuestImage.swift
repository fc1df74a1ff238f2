import Debian
import FoundationEssentials
import ISA
import Support

/// What the image record says about one file of an image.
package struct ImageFile: Codable, Sendable, Equatable {
    /// In bytes.
    package var size: Int
    var sha256: String
}

/// `image.json`: what an image is made of.
package struct ImageRecord: Codable, Sendable, Equatable {
    /// The builder's `ImageKey.formatVersion`. An image of another version counts as missing.
    package var format: Int
    /// Short digest of the content: two images with one id are equal.
    package var id: String
    /// The recipe's own `name`.
    package var recipe: String
    /// The ISA of the guests that can run it.
    package var isa: ISA
    /// Digest of everything that the image was built from, package versions aside.
    package var key: String
    /// Every package that was read, whether or not a file of it is in the image.
    package var packages: [DebianPackage]
    /// As `uname -r` says it.
    package var kernelVersion: String
    /// The form of the file `kernel`.
    package var kernelFormat: GuestImage.KernelFormat
    /// The modules of `/etc/modules`, in load order.
    package var modules: [String]
    /// The modules of `/lib/popcorn`, built from our sources.
    var popcornModules: [String]
    /// The file `kernel` beside this record.
    package var kernel: ImageFile
    /// The file `initramfs` beside this record.
    package var initramfs: ImageFile
    /// SHA-256 over both files; `id` is its beginning.
    package var digest: String
    /// ISO 8601, UTC.
    package var built: String
    /// How long the build took, in seconds, downloads included.
    package var buildSeconds: Double
}

/// A kernel and an initramfs that a guest can be started from.
package struct GuestImage: Sendable, Equatable {
    /// The form of the kernel file.
    package enum KernelFormat: String, Codable, Sendable {
        /// An x86-64 ELF file that QEMU starts through its PVH entry, with nothing left to decompress.
        case vmlinux
        /// The compressed x86-64 kernel with its own loader.
        case bzImage
        /// The aarch64 kernel.
        case image = "Image"
    }

    /// The directory in the cache.
    package var directory: String
    /// What `image.json` in `directory` says.
    package var record: ImageRecord

    /// Twelve hexadecimal digits: equal ids mean equal files.
    package var id: String { record.id }
    /// The ISA of the guests that can run it.
    package var isa: ISA { record.isa }
    /// For `-kernel`.
    package var kernel: String { directory + "/kernel" }
    /// For `-initrd`: an uncompressed `newc` archive, to which others may be appended.
    package var initramfs: String { directory + "/initramfs" }
    /// Holds the modules of `/lib/popcorn` with their debug information, for `addr2line` and the like.
    var debugModules: String { directory + "/debug" }
    /// As `uname -r` says it in the guest.
    package var kernelVersion: String { record.kernelVersion }
    /// The form of the file at `kernel`.
    package var kernelFormat: KernelFormat { record.kernelFormat }
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
    func isIntact() -> Bool {
        (try? SHA256.hex(ofFile: kernel)) == record.kernel.sha256
            && (try? SHA256.hex(ofFile: initramfs)) == record.initramfs.sha256
    }
}
