import Support

/// The files of one lab's record, its nodes, and its sockets.
package struct LabPaths: Sendable {
    /// Where this user's labs are.
    package let directories: Directories
    /// The lab's name, which the names of its files are made of.
    package let name: String

    /// Names the files of a lab, which need not exist; nothing is created.
    package init(directories: Directories, name: String) {
        self.directories = directories
        self.name = name
    }

    // What must outlive a reboot of the host.
    /// The directory of all that must outlive a reboot of the host; `down` removes it.
    package var root: String { directories.labs + "/" + name }
    /// The lab's record; a lab exists as long as this file does.
    package var record: String { root + "/lab.json" }
    /// The private key of the lab's own SSH login, ed25519 in OpenSSH's format.
    package var privateKey: String { root + "/id_ed25519" }
    /// The public key that goes with it: one line, as in `authorized_keys`.
    package var publicKey: String { privateKey + ".pub" }
    /// The guests' host keys in OpenSSH's format, for `ssh` and what builds on it.
    package var knownHosts: String { root + "/known_hosts" }
    /// The secret by which the kernels' message layers know each other: 64 hex digits.
    package var messageLayerSecret: String { root + "/secret" }
    /// The directory of what the host keeps for a node, by the node's name.
    package func node(_ node: String) -> String { root + "/nodes/" + node }
    /// In dropbear's format.
    package func hostKey(_ node: String) -> String { self.node(node) + "/host_key" }
    /// What the node boots from: its image's initramfs, then an archive of its own files with secrets in it.
    package func initramfs(_ node: String) -> String { self.node(node) + "/initramfs" }
    /// Readings of the guest's clock since its boot.
    package func clock(_ node: String) -> String { NodeRunFile.clock.path(in: self.node(node)) }
    /// What the guest wrote to its serial console since it was booted last.
    package func serialLog(_ node: String) -> String { NodeRunFile.console.path(in: self.node(node)) }
    /// The console of the boot before.
    package func earlierSerialLog(_ node: String) -> String { serialLog(node) + ".1" }
    /// What the guest's init reports to the lab.
    package func reportLog(_ node: String) -> String { self.node(node) + "/report.log" }

    /// The node's packets since it was booted last, if its kernel has no trace of its own.
    package func capture(_ node: String) -> String { self.node(node) + "/fabric.pcap" }

    // What is gone after a reboot anyway. Sockets live here: their paths hold at most 108 bytes (unix(7)).
    /// The directory of the lab's sockets.
    package var runtime: String { directories.runtime + "/" + name }
    /// Held by the one command that brings the lab up, takes it down or mends it; see `FileLock`.
    package var lock: String { directories.runtime + "/" + name + ".lock" }
    /// Held for the moment of a change, also by commands that only use the lab.
    package var recordLock: String { directories.runtime + "/" + name + ".record.lock" }
    /// Of the Ethernet switch.
    package var fabric: String { runtime + "/fabric" }
    /// The Unix socket that QEMU serves the node's serial console on.
    package func consoleSocket(_ node: String) -> String { runtime + "/" + node + ".console" }
    /// The Unix socket that QEMU serves debuggers of the guest on.
    package func debugSocket(_ node: String) -> String { runtime + "/" + node + ".gdb" }
    /// Held by whoever uses that console.
    package func consoleLock(_ node: String) -> String { consoleSocket(node) + ".lock" }
}
