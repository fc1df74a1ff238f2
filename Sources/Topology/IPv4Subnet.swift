import UserInput

/// An IPv4 subnet in CIDR notation, such as `10.4.4.0/24`.
package struct IPv4Subnet: TextValue {
    /// The network's own address: its host bits are zero.
    package let network: IPv4Address
    /// The number of leading bits that all addresses of the subnet share.
    package let prefixLength: Int

    /// The prefix lengths that leave room for nodes: at least two of them, at most 24 bits of host numbers.
    static let prefixLengths = 8...30

    /// `ADDRESS/LENGTH` with a length from 8 to 30 and an address whose host bits are zero.
    ///
    /// - Throws: `InputError` with code `.invalidValue`.
    package init(parsing text: String) throws(InputError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(digits: parts[1]), let address = IPv4Address(String(parts[0])) else {
            throw InputError(
                .invalidValue,
                "'\(text)' is not a subnet; expected an IPv4 address and a prefix length, such as 10.4.4.0/24")
        }
        guard Self.prefixLengths.contains(length) else {
            throw InputError(
                .invalidValue,
                "the prefix length of '\(text)' must be from \(Self.prefixLengths.lowerBound) to "
                    + "\(Self.prefixLengths.upperBound)")
        }
        network = IPv4Address(bits: address.bits & (~0 << UInt32(32 - length)))
        prefixLength = length
        guard network == address else {
            throw InputError(
                .invalidValue, "'\(text)' has host bits set; the subnet of this address is \(description)")
        }
    }

    /// The subnet of `prefixLength` bits that holds `address`; lengths out of range become the nearest in range.
    package init(holding address: IPv4Address, prefixLength: Int) {
        let length = min(max(prefixLength, Self.prefixLengths.lowerBound), Self.prefixLengths.upperBound)
        network = IPv4Address(bits: address.bits & (~0 << UInt32(32 - length)))
        self.prefixLength = length
    }

    /// Such as 255.255.255.0.
    package var netmask: IPv4Address { IPv4Address(bits: ~0 << UInt32(32 - prefixLength)) }

    var broadcast: IPv4Address { IPv4Address(bits: network.bits | ~netmask.bits) }

    /// The number of addresses that nodes may have: all but the network's and the broadcast address.
    var hostCount: Int { (1 << (32 - prefixLength)) - 2 }

    /// The `number`th host, counted from 1 as in the address; `nil` outside `1...hostCount`.
    package func host(_ number: Int) -> IPv4Address? {
        guard (1...hostCount).contains(number) else { return nil }
        return IPv4Address(bits: network.bits + UInt32(number))
    }

    /// Whether `address` lies in the subnet; the network's and the broadcast address do.
    package func contains(_ address: IPv4Address) -> Bool { address.bits & netmask.bits == network.bits }

    package var description: String { "\(network)/\(prefixLength)" }
}
