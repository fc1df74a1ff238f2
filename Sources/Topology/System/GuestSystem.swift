/// What a guest runs in place of the embedded image's files: a disk image or an initramfs of the user's own, as it is.
package struct GuestSystem: Codable, Sendable, Hashable {
    /// What the kernel unpacks into its first file system.
    package enum Initramfs: Codable, Sendable, Hashable {
        /// Nothing: the kernel mounts the disk itself.
        case none
        /// That of the node's image, whose init loads drivers, mounts the disk, and starts the init that is on it.
        case embedded
        /// A file of the user's own; absolute.
        case file(String)
    }

    /// What it starts from.
    package var initramfs: Initramfs
    /// Its disk, if it has one.
    package var disk: GuestDisk?
    /// How commands get into it.
    package var login: GuestLogin

    /// Takes all values as they are.
    package init(initramfs: Initramfs, disk: GuestDisk?, login: GuestLogin = GuestLogin()) {
        self.initramfs = initramfs
        self.disk = disk
        self.login = login
    }
}

/// How commands get into a guest that is not the embedded one.
package struct GuestLogin: Codable, Sendable, Hashable {
    /// Who logs in.
    package var user: String
    /// What the console, or the SSH server, asks for; `nil` if neither does.
    package var password: String?
    /// Whether its SSH server is asked first; else, and if that does not answer, all goes over the serial console.
    package var usesSSH: Bool
    /// The private key for SSH, absolute; `nil` for the lab's own.
    package var key: String?

    /// By default `root` at the console, without a password.
    package init(user: String = "root", password: String? = nil, usesSSH: Bool = false, key: String? = nil) {
        self.user = user
        self.password = password
        self.usesSSH = usesSSH
        self.key = key
    }
}
