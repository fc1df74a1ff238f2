import Support

/// The files of one lab's record, its nodes, and its sockets.
package struct LabPaths: Sendable {
    package let directories: Directories
    package let name: String

    package init(directories: Directories, name: String) {
        self.directories = directories
        self.name = name
    }

    // What must outlive a reboot of the host.
    package var root: String { directories.labs + "/" + name }
    package var record: String { root + "/lab.json" }
    package var privateKey: String { root + "/id_ed25519" }
    package var publicKey: String { privateKey + ".pub" }
    package var knownHosts: String { root + "/known_hosts" }
    package var messageLayerSecret: String { root + "/secret" }
    package func node(_ node: String) -> String { root + "/nodes/" + node }
    /// In dropbear's format.
    package func hostKey(_ node: String) -> String { self.node(node) + "/host_key" }
    package func initramfs(_ node: String) -> String { self.node(node) + "/initramfs" }
    /// Readings of the guest's clock since its boot.
    package func clock(_ node: String) -> String { NodeRunFile.clock.path(in: self.node(node)) }
    package func serialLog(_ node: String) -> String { NodeRunFile.console.path(in: self.node(node)) }
    /// The console of the boot before.
    package func earlierSerialLog(_ node: String) -> String { serialLog(node) + ".1" }
    /// What the guest's init reports to the lab.
    package func reportLog(_ node: String) -> String { self.node(node) + "/report.log" }

    // What is gone after a reboot anyway. Sockets live here: their paths hold at most 108 bytes (unix(7)).
    package var runtime: String { directories.runtime + "/" + name }
    package var lock: String { directories.runtime + "/" + name + ".lock" }
    /// Held for the moment of a change, also by commands that only use the lab.
    package var recordLock: String { directories.runtime + "/" + name + ".record.lock" }
    /// Of the Ethernet switch.
    package var fabric: String { runtime + "/fabric" }
    package func consoleSocket(_ node: String) -> String { runtime + "/" + node + ".console" }
}
