import Support
import UserInput

extension GuestSystem {
    /// The word for the initramfs of the node's image.
    private static let embeddedWord = "embedded"

    /// Reads what a node says of a system of the user's own: the keys `disk`, `initramfs` and `login`.
    ///
    /// - Parameters:
    ///   - directory: what paths start from.
    ///   - model: how the disk is plugged in, if the node says so.
    /// - Returns: `nil` for the embedded guest, and after an error was reported.
    static func reading(_ fields: YAMLMapping, in directory: String, model: DiskModel?) -> GuestSystem? {
        let initramfs = fields.text("initramfs").map {
            $0 == embeddedWord ? Initramfs.embedded : .file(AbsolutePath.of($0, in: directory))
        }
        let disk = fields.mapping("disk", as: "a disk", keys: ["file", "format", "root", "snapshot"])
            .flatMap { Self.disk($0, in: directory, model: model) }
        let login = fields.mapping("login", as: "a login", keys: ["console", "ssh", "password", "key"])
            .flatMap { Self.login($0, in: directory) }
        var isOwn = fields.has("disk")
        if case .file = initramfs { isOwn = true }
        guard isOwn else {
            if fields.has("login") {
                fields.report(
                    "'login' belongs to a disk or an initramfs of one's own: the node has neither", at: "login")
            }
            if model != nil {
                fields.report("'machine.disk' belongs to a disk: the node lacks the key 'disk'", at: "machine")
            }
            return nil
        }
        if !fields.has("kernel") {
            fields.report(
                "a disk or an initramfs of one's own needs a kernel of one's own: the node lacks the key 'kernel'",
                at: fields.has("disk") ? "disk" : "initramfs")
        }
        return GuestSystem(initramfs: initramfs ?? .none, disk: disk, login: login ?? GuestLogin())
    }

    private static func disk(_ fields: YAMLMapping, in directory: String, model: DiskModel?) -> GuestDisk? {
        let path = fields.required("file") { fields.text($0) }
        let format = fields.required("format") { fields.value($0, oneOf: GuestDisk.Format.self) }
        let root = fields.value("root") { (text) throws(InputError) in
            guard text.wholeMatch(of: /(\/dev\/|[A-Z]+=)[!-~]+/) != nil else {
                throw InputError(
                    .invalidValue, "'\(text)' is no device such as /dev/vda or /dev/sda1, nor PARTUUID=… or the like")
            }
            return text
        }
        let isSnapshot = fields.boolean("snapshot")
        guard let path, let format else { return nil }
        return GuestDisk(
            path: AbsolutePath.of(path, in: directory), format: format, root: root, isSnapshot: isSnapshot ?? true,
            model: model)
    }

    private static func login(_ fields: YAMLMapping, in directory: String) -> GuestLogin? {
        let console = fields.text("console"), ssh = fields.text("ssh")
        let key = fields.text("key").map { AbsolutePath.of($0, in: directory) }
        guard let user = ssh ?? console, (ssh == nil) != (console == nil) else {
            fields.report("expected either 'console' or 'ssh' with a user's name", at: "")
            return nil
        }
        if ssh == nil, key != nil { fields.report("'key' belongs to a login by SSH", at: "key") }
        if user.wholeMatch(of: /[!-~]+/) == nil {
            fields.report("'\(user)' is no user's name", at: ssh == nil ? "console" : "ssh")
        }
        return GuestLogin(user: user, password: fields.text("password"), usesSSH: ssh != nil, key: key)
    }

    /// The keys of a lab file that describe it.
    func write(to fields: inout YAMLWriter) {
        switch initramfs {
        case .none: break
        case .embedded: fields.add("initramfs", Self.embeddedWord)
        case .file(let path): fields.add("initramfs", path)
        }
        if let disk {
            var disks = YAMLWriter()
            disks.add("file", disk.path)
            disks.add("format", disk.format.rawValue)
            disks.add("root", disk.root)
            disks.add("snapshot", disk.isSnapshot ? "true" : "false")
            fields.add("disk", disks)
        }
        var logins = YAMLWriter()
        logins.add(login.usesSSH ? "ssh" : "console", login.user)
        logins.add("key", login.key)
        logins.add("password", login.password)
        fields.add("login", logins)
    }
}
