import FoundationEssentials
import Support

/// The directory in which libvirt's embedded driver keeps its state, shared by all labs of a user.
///
/// It is shared because the driver asks every QEMU for its capabilities once per root, which takes seconds.
struct EmbeddedRoot: Sendable {
    var path: String

    /// Held while a process has the driver open: the driver itself refuses a second process at once.
    var lockPath: String { path + "/lock" }

    /// The longest root that leaves room for the monitor's socket below it.
    ///
    /// A socket's path holds 108 bytes with its end (unix(7)); libvirt adds `/lib/qemu/domain-ID-NAME/monitor.sock` with at
    /// most 20 bytes of the name, and ids grow.
    static let longestPath = 108 - 1 - "/lib/qemu/domain-100000-/monitor.sock".utf8.count - 20

    /// Whether the driver can live here.
    ///
    /// - Throws: `HypervisorError` that says why not.
    func check() throws {
        // libvirt 9.0 escapes paths that it gives QEMU, but not that of the monitor by which it asks what QEMU can do.
        guard !path.contains(",") else {
            throw HypervisorError(
                .cannotConnect, "libvirt's embedded driver cannot live in \(path), which has a comma in it",
                hint: "set XDG_STATE_HOME to another path, or use a libvirt daemon (--connect)")
        }
        guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath else {
            throw HypervisorError(
                .cannotConnect,
                "the directory \(path) for libvirt's embedded driver must be absolute and at most \(Self.longestPath) bytes",
                hint: "set XDG_STATE_HOME to a shorter path")
        }
    }

    /// Creates the directory with the driver's configuration.
    func prepare() throws {
        try check()
        try Directories.create(path + "/etc")
        let file = path + "/etc/qemu.conf"
        // The driver reads it once per process; an unchanged file is left alone for those that just read it.
        if FileManager.default.contents(atPath: file) != Data(Self.configuration.utf8) {
            try AtomicFile.write(Self.configuration, to: file)
        }
    }

    /// Without a daemon there is no virtlogd, no cgroup manager and no second account to run QEMU as.
    static let configuration = """
        # Written by popcorn-lab.
        stdio_handler = "file"
        security_driver = "none"
        user = "root"
        group = "root"
        dynamic_ownership = 0
        remember_owner = 0
        cgroup_controllers = []
        namespaces = []

        """
}
