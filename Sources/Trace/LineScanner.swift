/// Reads one line of text from left to right, without turning it into strings first.
struct LineScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func skipSpaces() {
        while rest.first == UInt8(ascii: " ") { rest.removeFirst() }
    }

    /// A decimal number without sign; `nil`, and nothing read, if there is none or it is too large.
    mutating func number() -> UInt64? {
        var cursor = rest
        var value: UInt64 = 0
        var digits = 0
        while let byte = cursor.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
            digits += 1
            cursor.removeFirst()
        }
        guard digits > 0 else { return nil }
        rest = cursor
        return value
    }

    /// `seconds.fraction` with one to nine decimals.
    mutating func stamp() -> GuestTime? {
        let start = rest
        guard let seconds = number(), seconds < 4_000_000_000, skip(UInt8(ascii: ".")) else {
            rest = start
            return nil
        }
        let before = rest.count
        guard let fraction = number(), before - rest.count <= 9 else {
            rest = start
            return nil
        }
        var scaled = Int64(fraction)
        for _ in (before - rest.count)..<9 { scaled *= 10 }
        return GuestTime(nanoseconds: Int64(seconds) * 1_000_000_000 + scaled)
    }

    /// Everything up to `byte`, which is consumed and not returned; `nil`, and nothing read, if it does not come.
    mutating func upTo(_ byte: UInt8) -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: byte) else { return nil }
        let part = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        return part
    }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
