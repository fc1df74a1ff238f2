import Guest
import Support
import Topology

/// A guest whose files are its user's own: what makes it a node of a lab, by the means of a shell alone.
///
/// Every step leaves alone what is right already.
package struct SystemGuest: Sendable {
    /// The node's name, for errors.
    package let name: String
    let connection: any GuestConnection
    let timeScale: TimeScale

    /// - Parameters:
    ///   - connection: an open one, which stays the caller's to close.
    ///   - timeScale: how much longer things may take than on real hardware.
    package init(name: String, connection: any GuestConnection, timeScale: TimeScale) {
        self.name = name
        self.connection = connection
        self.timeScale = timeScale
    }

    /// Where modules lie while they are loaded, and what else is the lab's own.
    private static let directory = "/tmp/.popcorn-lab"
    /// By what a load that failed in the background is known in the kernel's log.
    private static let loadFailure = "popcorn-lab: cannot load "

    /// A function of the guest's shell that finds a network card by its hardware address.
    private static let findCard =
        "card() { for d in /sys/class/net/*; do [ \"$(cat $d/address 2>/dev/null)\" = \"$1\" ] && echo ${d##*/} && return; done; "
        + "echo \"no network card has the hardware address $1: does the kernel have its driver?\" >&2; return 1; }; "

    /// Gives a network card its address, unless it has it, and brings it up.
    ///
    /// Other addresses that it has stay.
    /// - Throws: `ContractError` with what the guest says.
    package func bringUp(_ card: MACAddress, address: IPv4Address, in subnet: IPv4Subnet, mtu: Int?) async throws {
        let prefix = "\(address)/\(subnet.prefixLength)"
        let size = mtu.map { (" && ip link set $c mtu \($0)", " mtu \($0)") } ?? ("", "")
        try await carryOut(
            Self.findCard + "c=$(card \(card)) || exit 1; if command -v ip >/dev/null; then "
                + "ip addr show dev $c | grep -q 'inet \(prefix) ' || ip addr add \(prefix) dev $c || exit 1; "
                + "ip link set $c up\(size.0); else ifconfig $c \(address) netmask \(subnet.netmask)\(size.1) up; fi; "
                + "r=$?; ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null; exit $r",
            to: "give the network card \(card) the address \(prefix)")
    }

    /// Adds hosts to the guest's own table, unless they are there, and makes the directories that a lab uses.
    ///
    /// - Parameter hosts: an address and a name each.
    package func addHosts(_ hosts: [(address: IPv4Address, name: String)]) async throws {
        let lines = hosts.map { host in
            "grep -Eqs '^\(host.address)[[:space:]]+(.*[[:space:]])?\(host.name)([[:space:]]|$)' \(GuestFile.hosts) || l=\"${l}\(host.address) \(host.name)\\n\"; "
        }
        // In front of what is there: the first of two lines of one name counts.
        try await carryOut(
            "l=; mkdir -p /etc; \(lines.joined())[ -z \"$l\" ] && exit; { printf \"$l\"; cat \(GuestFile.hosts) 2>/dev/null || :; } "
                + ">/etc/.hosts.new && cat /etc/.hosts.new >\(GuestFile.hosts) && rm /etc/.hosts.new",
            to: "add the lab's nodes to \(GuestFile.hosts)")
    }

    /// Starts the guest's SSH server, if it has one that does not run, and lets the lab's key in.
    ///
    /// - Parameter key: a line of `authorized_keys`; `nil` if the lab's key is not what opens the guest.
    /// - Returns: whether there is a server.
    package func startSSHServer(key: String?) async throws -> Bool {
        let allow = key.map {
            "mkdir -p -m 700 ~/.ssh && { grep -qsF \(ShellWord.quote($0)) ~/.ssh/authorized_keys || "
                + "echo \(ShellWord.quote($0)) >>~/.ssh/authorized_keys; } && chmod 600 ~/.ssh/authorized_keys; "
        }
        let result = try await connection.exec(
            (allow ?? "")
                + "grep -qs ':0016 00*:0000 0A' /proc/net/tcp /proc/net/tcp6 && exit 0; "
                + "PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; if command -v sshd >/dev/null; then mkdir -p /run/sshd; "
                + "ssh-keygen -A >/dev/null 2>&1; $(command -v sshd); elif command -v dropbear >/dev/null; then "
                + "mkdir -p /etc/dropbear; dropbear -R; else exit 9; fi",
            deadline: .now + timeScale(.seconds(20)))
        return result.succeeded
    }

    /// Sends a module and loads it, unless it is loaded.
    ///
    /// - Throws: `ContractError` with what insmod and the kernel say.
    package func load(_ module: KernelModule) async throws {
        // The line may be slow, and a system's own init may have been quicker.
        let loaded = try await connection.exec(Self.isLoaded(module.name), deadline: .now + timeScale(.seconds(10)))
        if loaded.succeeded { return }
        let path = try await send(module)
        try await carryOut(
            "PATH=$PATH:/sbin:/usr/sbin insmod \(path) \(module.arguments)", to: "load \(module.name).ko")
    }

    /// Sends modules whose loading waits for the peers, and lets them be loaded one after the other, whatever becomes of us.
    ///
    /// Such a load must never be killed. That it fails is told in the kernel's log: see `logLines(count:matching:)`.
    package func loadInBackground(_ modules: [KernelModule]) async throws {
        var script = "trap '' HUP INT TERM QUIT; export PATH=$PATH:/sbin:/usr/sbin\n"
        for module in modules {
            let path = try await send(module)
            script +=
                "\(Self.isLoaded(module.name)) || e=$(insmod \(path) \(module.arguments) 2>&1) || "
                + "{ echo \"\(Self.loadFailure)\(module.name).ko: $e\" >/dev/kmsg; exit 1; }\n"
        }
        let words = ShellWord.quote(script)
        try await carryOut("(sh -c \(words) </dev/null >/dev/null 2>&1 &)", to: "load \(modules[0].name).ko")
    }

    /// A module and how it is loaded.
    package struct KernelModule: Sendable {
        /// As the kernel knows it.
        package var name: String
        /// Its file on this host.
        package var path: String
        /// What follows its name, for insmod.
        package var arguments: String

        /// Takes all values as they are.
        package init(name: String, path: String, arguments: String = "") {
            self.name = name
            self.path = path
            self.arguments = arguments
        }
    }

    private static func isLoaded(_ name: String) -> String { "grep -qs '^\(name) ' /proc/modules" }

    private func send(_ module: KernelModule) async throws -> String {
        try await connection.makeDirectories(Self.directory, deadline: .now + timeScale(.seconds(10)))
        let path = "\(Self.directory)/\(module.name).ko"
        try await connection.upload(module.path, to: path, progress: nil, deadline: .now + timeScale(.seconds(120)))
        return path
    }

    /// Waits in the guest until its kernel's log has so many lines that match, since the boot.
    ///
    /// A load that has failed in the background counts as one.
    /// - Parameter deadline: when to give up.
    /// - Returns: their texts, the oldest first.
    package func logLines(
        count: Int, matching patterns: [MessagePattern], deadline: ContinuousClock.Instant
    ) async throws -> [String] {
        let any = (patterns.map(\.posix) + [Self.loadFailure]).joined(separator: "|")
        // A record at a time, as the kernel gives them (Documentation/ABI/testing/dev-kmsg).
        let result = try await connection.exec(
            "grep -m \(count) -E \(ShellWord.quote(any)) /dev/kmsg", deadline: deadline)
        return result.text.split(separator: "\n").map { line in
            String(line.firstIndex(of: ";").map { line[line.index(after: $0)...] } ?? line)
        }
    }

    /// What a line of the log says of a load that failed; `nil` if it says something else.
    package static func loadFailure(in line: String) -> String? {
        line.range(of: loadFailure).map { "cannot load " + line[$0.upperBound...] }
    }

    /// Notes who has joined, where a lab looks for it.
    package func write(joined: String) async throws {
        let path = ShellWord.quote(GuestFile.joined)
        try await carryOut(
            "mkdir -p /run; printf %s \(ShellWord.quote(joined)) >\(path)", to: "write \(GuestFile.joined)")
    }

    private func carryOut(_ command: String, to purpose: String, within limit: Duration = .seconds(10)) async throws {
        let result = try await connection.exec(command, deadline: .now + timeScale(limit))
        guard result.succeeded else {
            throw ContractError(
                .failed, "\(name): cannot \(purpose): \(result.errorText.isEmpty ? command : result.errorText)")
        }
    }
}
