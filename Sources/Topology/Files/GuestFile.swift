/// The files of an embedded guest that the lab writes, reads, or names to people.
package enum GuestFile {
    // What kernels tell; Images/kernel/README.md describes ours.
    package static let uptime = "/proc/uptime"
    package static let peers = "/proc/popcorn_peers"
    package static let processes = "/proc/popcorn_ps"
    package static let clock = "/proc/popcorn_clock"
    package static let selfTest = "/proc/popcorn_test"

    // What makes an image one node of a lab.
    package static let hostname = "/etc/hostname"
    package static let hosts = "/etc/hosts"
    /// Holds secrets.
    package static let configurationDirectory = "/etc/popcorn"
    /// `KEY=VALUE` lines for init.
    package static let configuration = configurationDirectory + "/node"
    /// One address a line, the same on all nodes: the file that Popcorn's newer kernels read.
    package static let addresses = configurationDirectory + "/nodes"
    package static let sshServerDirectory = "/etc/dropbear"
    /// In dropbear's format.
    package static let hostKey = sshServerDirectory + "/host_key"

    /// Where users' programs and files go unless they say otherwise.
    package static let home = "/root"
    package static let sshDirectory = home + "/.ssh"
    package static let authorizedKeys = sshDirectory + "/authorized_keys"
    package static let profile = home + "/.profile"

    /// What an SSH server's process keeps of signals that the protocol cannot tell.
    ///
    /// - Parameter server: the server's process id, or a shell's expression for it.
    package static func endings(server: String) -> String { "/run/popcorn-endings." + server }
}
