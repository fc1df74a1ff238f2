import UserInput

/// An IPv4 address, in the host's byte order.
package struct IPv4Address: TextValue, Comparable {
    var bits: UInt32

    /// Takes the address as a number: 0x0a040400 is 10.4.4.0.
    package init(bits: UInt32) { self.bits = bits }

    /// Takes the four numbers in the order in which they are written.
    package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        bits = [a, b, c, d].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Four decimal numbers. A leading zero is refused, because some programs read it as octal.
    package init(parsing text: String) throws(InputError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var bits: UInt32 = 0
        for part in parts {
            guard let number = Int(digits: part), number <= 255, part == "0" || !part.hasPrefix("0") else {
                throw Self.invalid(text)
            }
            bits = bits << 8 | UInt32(number)
            if part.count > 3 { throw Self.invalid(text) }
        }
        guard parts.count == 4 else { throw Self.invalid(text) }
        self.bits = bits
    }

    private static func invalid(_ text: String) -> InputError {
        InputError(
            .invalidValue,
            "'\(text)' is not an IPv4 address; expected four numbers from 0 to 255, such as 10.4.4.100")
    }

    /// The four bytes in network order.
    package var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) } }

    package var description: String { bytes.map { String($0) }.joined(separator: ".") }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}
