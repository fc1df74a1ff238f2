import Archives
import FoundationEssentials
import ISA
import Support

/// A disk image of a small system that knows nothing of popcorn-lab: busybox, and a login with a password at the serial line.
struct DiskImage {
    static let password = "open sesame"
    let path: String

    /// - Parameters:
    ///   - initramfs: of an embedded image, from which busybox and its libraries are taken.
    ///   - key: who may log in by SSH, as a line of `authorized_keys`; `nil` for a system without an SSH server.
    ///   - folder: what becomes the image's root; it is created.
    init(
        _ lab: Lab, _ isa: ISA, busyboxOf initramfs: String, key: String? = nil, in folder: String, at path: String
    ) async throws {
        self.path = path
        try Self.unpack(initramfs, into: folder, servers: key != nil)
        for name in ["proc", "sys", "dev", "tmp", "root", "run", "etc"] { try Directories.create("\(folder)/\(name)") }
        let hash = try await lab.host("openssl", "passwd", "-1", Self.password).lines.first ?? ""
        let console = isa == .x86_64 ? "ttyS0" : "ttyAMA0"
        var files = [
            "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n",
            "etc/shadow": "root:\(hash):19000:0:99999:7:::\n",
            "etc/inittab": "::sysinit:/bin/sh /etc/rc\n\(console)::respawn:/bin/getty -L 115200 \(console) vt100\n",
            // Whoever made the image, what is in it is root's.
            "etc/rc": "mount -t tmpfs tmp /tmp\nmount -t tmpfs run /run\nhostname strange\nchown -R 0:0 /root\n",
        ]
        if let key { files["root/.ssh/authorized_keys"] = key + "\n" }
        for (name, text) in files {
            try Directories.create("\(folder)/" + name.split(separator: "/").dropLast().joined(separator: "/"))
            try AtomicFile.write(text, to: "\(folder)/\(name)", mode: name.hasPrefix("root/") ? 0o600 : 0o644)
        }
        guard symlink("../bin/busybox", folder + "/usr/sbin/init") == 0 else { throw SystemError("link init") }
        try await lab.host("mke2fs", "-q", "-t", "ext4", "-d", folder, path, "48M")
    }

    /// The same as a qcow2 image, in place of the other.
    func qcow2(_ lab: Lab) async throws {
        try await lab.host("qemu-img", "convert", "-f", "raw", "-O", "qcow2", path, path + ".qcow2")
        guard rename(path + ".qcow2", path) == 0 else { throw SystemError("rename \(path).qcow2") }
    }

    /// Busybox, what is called by its name, and libraries; with the SSH server, if that is wanted.
    private static func unpack(_ initramfs: String, into folder: String, servers: Bool) throws {
        let reader = try ArchiveReader(file: initramfs, format: .cpio)
        try Directories.create(folder + "/usr/sbin")
        while let entry = try reader.next() {
            let name = entry.path.split(separator: "/").joined(separator: "/")
            let place = "\(folder)/\(name)"
            let isLibrary = name.hasPrefix("usr/lib") && name.contains(".so") && !name.contains("popcorn")
            let isServer = servers && (name.hasSuffix("bin/dropbear") || name.hasSuffix("sftp-server"))
            let isTop = !name.contains("/")
            try Directories.create(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
            switch entry.kind {
            case .symlink(let target) where isTop || isLibrary || isServer || target.hasSuffix("busybox"):
                guard symlink(target, place) == 0 || errno == EEXIST else { throw SystemError("link \(place)") }
            case .file where isLibrary || isServer || name.hasSuffix("bin/busybox"):
                try AtomicFile.write(try reader.content(), to: place, mode: 0o755)
            default: break
            }
        }
    }
}
