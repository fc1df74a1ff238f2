/// Bytes that are meant as text, such as arguments and file names, which Linux lets be anything: as a `String` and back,
/// without a loss.
///
/// Swift's own conversion replaces what is not UTF-8 by U+FFFD. Here each such byte becomes a scalar at the end of the last
/// private-use plane, U+10FF00 and the byte; what leaves the process is turned back. So are these scalars themselves when they
/// come in, byte by byte, which makes the way back unambiguous.
package enum ByteText {
    private static let base: UInt32 = 0x10FF00

    /// The text for some bytes; the same as Swift's if they are UTF-8.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        let plain = String(decoding: bytes, as: UTF8.self)
        // A valid text comes out as it went in, and almost all are.
        if plain.utf8.elementsEqual(bytes), !plain.unicodeScalars.contains(where: isStandIn) { return plain }
        var result = ""
        var rest = Array(bytes)[...]
        while let byte = rest.first {
            let length = scalarLength(byte)
            let piece = rest.prefix(length)
            let decoded = String(decoding: piece, as: UTF8.self)
            if piece.count == length, decoded.utf8.elementsEqual(piece), let scalar = decoded.unicodeScalars.first,
                !isStandIn(scalar)
            {
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(length)
            } else {
                result.unicodeScalars.append(standIn(byte))
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// The text for a C string.
    package static func text(_ string: UnsafePointer<CChar>) -> String {
        text(UnsafeRawBufferPointer(start: string, count: strlen(string)))
    }

    /// The bytes that a text of ours stands for.
    package static func bytes(_ text: String) -> [UInt8] {
        guard text.unicodeScalars.contains(where: isStandIn) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in
            byte(scalar).map { [$0] } ?? Array(String(Character(scalar)).utf8)
        }
    }

    /// The byte that a scalar stands in for, if it does.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        isStandIn(scalar) ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }

    private static func isStandIn(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= base + 0x80 }

    private static func standIn(_ byte: UInt8) -> Unicode.Scalar {
        // Only bytes from 0x80 on can be out of place, and all of these are scalars.
        Unicode.Scalar(base + UInt32(byte)) ?? "\u{fffd}"
    }

    private static func scalarLength(_ first: UInt8) -> Int {
        switch first {
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 1
        }
    }
}

extension String {
    /// Calls `body` with the C string that this text stands for: what system calls want to see of a path or an argument.
    package func withBytes<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (ByteText.bytes(self).map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return try body("") }
            return try body(base)
        }
    }
}

/// The command line, byte for byte.
package enum ProcessArguments {
    /// All words, the program's name first, as `ByteText`.
    package static var all: [String] {
        (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0].map { ByteText.text($0) } }
    }
}
