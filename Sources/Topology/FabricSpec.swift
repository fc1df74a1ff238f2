/// The lab's own Ethernet, which carries the message layer and nothing of the host's.
package struct FabricSpec: Codable, Sendable, Hashable {
    /// All nodes' addresses lie in it.
    package var subnet: IPv4Subnet
    /// The number within the subnet from which nodes get their addresses: 100 makes 10.4.4.100, 10.4.4.101, ...
    var firstHost: Int
    /// Bytes of a packet without the Ethernet header; `nil` for Ethernet's 1500.
    package var mtu: Int?

    /// 10.4.4.0/24, the subnet that Popcorn's own documentation uses.
    static let defaultSubnet = IPv4Subnet(holding: IPv4Address(10, 4, 4, 0), prefixLength: 24)

    /// - Parameter firstHost: 100 if not given, or 1 in a subnet smaller than a /24.
    package init(subnet: IPv4Subnet = defaultSubnet, firstHost: Int? = nil, mtu: Int? = nil) {
        self.subnet = subnet
        self.firstHost = firstHost ?? (subnet.prefixLength <= 24 ? 100 : 1)
        self.mtu = mtu
    }
}
