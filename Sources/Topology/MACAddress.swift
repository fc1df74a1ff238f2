import Support
import UserInput

/// An Ethernet address.
package struct MACAddress: TextValue, Comparable {
    /// Six bytes, in the order in which they are written.
    package let bytes: [UInt8]

    /// What a node's network card is for; guests tell their cards apart by address.
    package enum Role: UInt8, CaseIterable, Codable, Sendable {
        /// The wire that carries the message layer.
        case fabric = 0
        /// The way in from the host, for SSH.
        case management = 1
    }

    /// The address of a node's card: the same each time, and unique within the lab by construction.
    ///
    /// Bit 1 of the first byte marks it as locally administered and bit 0 as unicast (IEEE 802); the first byte is
    /// never 0xfe, which libvirt keeps for the host's ends of tap devices. The last byte is made of the node and the
    /// role, the others of the lab, so that labs on one wire are most unlikely to meet.
    /// - Parameters:
    ///   - lab: what identifies the lab for its lifetime, such as its UUID.
    ///   - node: the node's id, from 0 to 127.
    package init(lab: String, node: Int, role: Role) {
        let digest = Array(SHA256.hex(of: Array("popcorn-lab:\(lab)".utf8)).utf8)
        var bytes = (0..<5).map { index in
            digest[index * 2..<index * 2 + 2].reduce(0) { $0 << 4 | Self.digit($1) }
        }
        bytes[0] = bytes[0] & 0x3c | 0x02
        bytes.append(UInt8(truncatingIfNeeded: node) << 1 | role.rawValue)
        self.bytes = bytes
    }

    /// Six pairs of hex digits in either case, with colons between.
    ///
    /// - Throws: `InputError` with code `.invalidValue`.
    package init(parsing text: String) throws(InputError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.utf8.count == 2 && !part.hasPrefix("+") ? UInt8(part, radix: 16) : nil
        }
        guard parts.count == 6, bytes.count == 6 else {
            throw InputError(
                .invalidValue,
                "'\(text)' is not an Ethernet address; expected six pairs of hex digits, such as 02:1f:6a:33:90:02")
        }
        self.bytes = bytes
    }

    /// The value of a lower-case hex digit's character.
    private static func digit(_ character: UInt8) -> UInt8 {
        character < 0x3a ? character - 0x30 : character - 0x61 + 10
    }

    package var description: String { bytes.map { hexadecimal([$0]) }.joined(separator: ":") }

    package static func < (left: MACAddress, right: MACAddress) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
