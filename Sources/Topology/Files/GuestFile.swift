/// The files of an embedded guest that the lab writes, reads, or names to people.
package enum GuestFile {
    // What kernels tell; Images/kernel/README.md describes ours.
    /// Seconds since boot, then seconds that the CPUs were idle together (proc(5)).
    package static let uptime = "/proc/uptime"
    /// A line per node of the message layer: its id, address, ISA, and whether it is up. popcorn.ko makes it.
    package static let peers = "/proc/popcorn_peers"
    /// A line per process and thread that has its home here or visits; see docs/migration.md. popcorn.ko makes it.
    package static let processes = "/proc/popcorn_ps"
    /// `local=NS mono=NS real=NS`: three of the guest's clocks, read back to back. popcorn.ko makes it.
    package static let clock = "/proc/popcorn_clock"
    /// Takes a test of the message layer, such as `ping 1 64 100`, and gives its result as `KEY=VALUE` lines.
    package static let selfTest = "/proc/popcorn_test"
    /// The pages of all processes as the kernel sees them. popcorn.ko makes it.
    package static let pages = "/proc/popcorn_pages"
    /// What the message layer has counted. popcorn.ko makes it.
    package static let counters = "/proc/popcorn_stat"
    /// The kernel's symbols, `ADDRESS KIND NAME` a line (kallsyms; CONFIG_KALLSYMS).
    package static let kernelSymbols = "/proc/kallsyms"
    /// Takes keys of SysRq (Documentation/admin-guide/sysrq), whatever the kernel allows keyboards.
    package static let sysrq = "/proc/sysrq-trigger"

    // What makes an image one node of a lab.
    /// The node's name, and a newline.
    package static let hostname = "/etc/hostname"
    /// The address of each node by its name (hosts(5)).
    package static let hosts = "/etc/hosts"
    /// Holds secrets.
    package static let configurationDirectory = "/etc/popcorn"
    /// `KEY=VALUE` lines for init.
    package static let configuration = configurationDirectory + "/node"
    /// One address a line, the same on all nodes: the file that Popcorn's newer kernels read.
    package static let addresses = configurationDirectory + "/nodes"
    /// The modules that are loaded before the network is brought up, an absolute path a line.
    package static let moduleList = "/etc/modules"
    /// Modules of the message layer of a kernel of one's own: `now|wait PATH ARGUMENTS`, a line each, in load order. `wait`
    /// stands for one whose loading does not return before all peers are there.
    package static let messageLayer = configurationDirectory + "/modules"
    /// Messages after which the node will not become ready: a regular expression, a tab and what it means, a line each.
    package static let failures = configurationDirectory + "/failures"
    /// Random bytes, for a kernel that finds none.
    package static let entropy = configurationDirectory + "/entropy"
    /// Where modules for a kernel of one's own lie. `/lib` is a link.
    package static let ownModules = "/usr/lib/own"
    /// Who has joined, as init has read it in the kernel's log: `ID ADDRESS ARCHITECTURE`, a line each.
    package static let joined = "/run/popcorn-joined"
    /// The TCP connections (proc(5)).
    package static let connections = "/proc/net/tcp"
    /// Where dropbear, the guest's SSH server, finds its key; only root may read it.
    package static let sshServerDirectory = "/etc/dropbear"
    /// In dropbear's format.
    package static let hostKey = sshServerDirectory + "/host_key"

    /// Where users' programs and files go unless they say otherwise.
    package static let home = "/root"
    /// Nobody but root may write to it, or dropbear does not trust what it holds.
    package static let sshDirectory = home + "/.ssh"
    /// The lab's public key: who has the private one may log in as root.
    package static let authorizedKeys = sshDirectory + "/authorized_keys"
    /// What a login shell reads; it sets a prompt with the node's name.
    package static let profile = home + "/.profile"

    /// What an SSH server's process keeps of signals that the protocol cannot tell.
    ///
    /// - Parameter server: the server's process id, or a shell's expression for it.
    package static func endings(server: String) -> String { "/run/popcorn-endings." + server }
}
