import Archives
import FoundationEssentials
import Support

/// A disk image of a small system that knows nothing of popcorn-lab: busybox, a login with a password at the serial line, no SSH server.
struct DiskImage {
    static let password = "open sesame"
    let path: String

    /// - Parameters:
    ///   - initramfs: of an embedded image, from which busybox and its libraries are taken.
    ///   - folder: what becomes the image's root; it is created.
    init(_ lab: Lab, busyboxOf initramfs: String, in folder: String, at path: String) async throws {
        self.path = path
        try Self.unpack(initramfs, into: folder)
        for name in ["proc", "sys", "dev", "tmp", "root", "run", "etc"] { try Directories.create("\(folder)/\(name)") }
        let hash = try await lab.host("openssl", "passwd", "-1", Self.password).lines.first ?? ""
        let files = [
            "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n",
            "etc/shadow": "root:\(hash):19000:0:99999:7:::\n",
            "etc/inittab": "::sysinit:/bin/sh /etc/rc\nttyS0::respawn:/bin/getty -L 115200 ttyS0 vt100\n",
            "etc/rc": "mount -t tmpfs tmp /tmp\nmount -t tmpfs run /run\nhostname strange\n",
        ]
        for (name, text) in files { try AtomicFile.write(text, to: "\(folder)/\(name)") }
        guard symlink("../bin/busybox", folder + "/usr/sbin/init") == 0 else { throw SystemError("link init") }
        try await lab.host("mke2fs", "-q", "-t", "ext4", "-d", folder, path, "48M")
    }

    /// Busybox, what is called by its name, and libraries.
    private static func unpack(_ initramfs: String, into folder: String) throws {
        let reader = try ArchiveReader(file: initramfs, format: .cpio)
        try Directories.create(folder + "/usr/sbin")
        while let entry = try reader.next() {
            let name = entry.path.split(separator: "/").joined(separator: "/")
            let place = "\(folder)/\(name)"
            let isLibrary = name.hasPrefix("usr/lib") && name.contains(".so")
            let isTop = !name.contains("/")
            try Directories.create(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
            switch entry.kind {
            case .symlink(let target) where isTop || isLibrary || target.hasSuffix("busybox"):
                guard symlink(target, place) == 0 || errno == EEXIST else { throw SystemError("link \(place)") }
            case .file where isLibrary && !name.contains("popcorn") || name.hasSuffix("bin/busybox"):
                try AtomicFile.write(try reader.content(), to: place, mode: 0o755)
            default: break
            }
        }
    }
}
