import Topology

/// What the guest's init is told of its node: the file `/etc/popcorn/node` (`Images/guest/init/config.c`).
package struct NodeConfiguration: Sendable {
    /// The node's name in its lab, which becomes the guest's host name.
    package var hostname: String
    /// The address of the card that leads to the host, by which init finds it.
    package var managementMAC: MACAddress
    /// The address of the card that leads to the other guests, by which init finds it.
    package var fabricMAC: MACAddress
    /// The node's own address within `fabric.subnet`.
    package var fabricAddress: IPv4Address
    /// Gives the length of the address's prefix and the MTU.
    package var fabric: FabricSpec
    /// Gives the TCP port, and how long a peer may be silent.
    package var messageLayer: MessageLayerSpec
    /// Of all nodes, in the order of their ids.
    package var peers: [IPv4Address]
    /// By which kernels of one lab know each other, in hex.
    package var secret: String

    /// What init does otherwise with a kernel of the user's own; `nil` with the image's kernel.
    package var own: Own?

    /// What init does otherwise with a kernel of the user's own.
    package struct Own: Sendable {
        /// The message by which a peer's membership is known; `nil` if `/proc/popcorn_peers` tells it as ours does.
        var joined: MessagePattern?
        /// Whether the console's log level stays low once the guest is up.
        var isConsoleQuiet: Bool
        /// Whether the kernel's events are recorded from the boot on.
        var tracesBoot: Bool

        /// Takes all values as they are.
        package init(joined: MessagePattern?, isConsoleQuiet: Bool, tracesBoot: Bool) {
            self.joined = joined
            self.isConsoleQuiet = isConsoleQuiet
            self.tracesBoot = tracesBoot
        }
    }

    /// Takes all values as they are; `text` writes them out.
    package init(
        hostname: String, managementMAC: MACAddress, fabricMAC: MACAddress, fabricAddress: IPv4Address,
        fabric: FabricSpec, messageLayer: MessageLayerSpec, peers: [IPv4Address], secret: String
    ) {
        self.hostname = hostname
        self.managementMAC = managementMAC
        self.fabricMAC = fabricMAC
        self.fabricAddress = fabricAddress
        self.fabric = fabric
        self.messageLayer = messageLayer
        self.peers = peers
        self.secret = secret
    }

    /// The address of the card that leads to the host (QEMU's documentation, "Network emulation").
    package static let managementAddress = IPv4Address(bits: 0x0a00_020f)
    /// QEMU's user networking.
    package static let managementSubnet = IPv4Subnet(holding: managementAddress, prefixLength: 24)

    /// What init is told that only has to start the system on a disk: `KEY=VALUE` lines.
    ///
    /// - Parameter root: the device that becomes `/`.
    package static func text(hostname: String, root: String) -> String { "hostname=\(hostname)\nroot=\(root)\n" }

    /// `KEY=VALUE` lines.
    package var text: String {
        var values = [
            ("hostname", hostname),
            ("management_mac", managementMAC.description),
            ("management_address", "\(Self.managementAddress)/\(Self.managementSubnet.prefixLength)"),
            ("fabric_mac", fabricMAC.description),
            ("fabric_address", "\(fabricAddress)/\(fabric.subnet.prefixLength)"),
            ("peers", peers.map(\.description).joined(separator: ",")),
            ("secret", secret),
            ("port", String(messageLayer.port)),
        ]
        if let mtu = fabric.mtu { values.append(("fabric_mtu", String(mtu))) }
        if let silent = messageLayer.silentMilliseconds { values.append(("silent_ms", String(silent))) }
        if let dead = messageLayer.deadMilliseconds { values.append(("dead_ms", String(dead))) }
        if let authentication = messageLayer.authentication { values.append(("auth", authentication.rawValue)) }
        if let own {
            if let joined = own.joined { values.append(("joined", joined.posix)) }
            values.append(("quiet", own.isConsoleQuiet ? "1" : "0"))
            values.append(("trace", own.tracesBoot ? "1" : "0"))
        }
        return values.map { "\($0)=\($1)\n" }.joined()
    }
}
