import Support

/// Text in XML and HTML, where some characters are orders and others may not be at all.
package enum XMLText {
    /// For text between tags, and for attributes in double quotes.
    ///
    /// What a terminal would obey or hide becomes visible (`\x1b`), which takes all control characters out that XML does not
    /// have.
    package static func escaped(_ text: String, keepsLines: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        append(text, to: &bytes, keepsLines: keepsLines)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Adds what `escaped` gives to bytes of UTF-8.
    ///
    /// It goes by bytes: a quotation mark with a combining accent is one character, and still ends an attribute.
    package static func append(_ text: String, to bytes: inout [UInt8], keepsLines: Bool = false) {
        for byte in VisibleText.text(text, keepsLines: keepsLines).utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default:
                bytes.append(byte)
                // U+FFFE and U+FFFF are in no XML file.
                if byte >= 0xbe, byte <= 0xbf, bytes.count >= 3, bytes.suffix(3).prefix(2).elementsEqual([0xef, 0xbf]) {
                    bytes.replaceSubrange(bytes.count - 3..<bytes.count, with: "\u{fffd}".utf8)
                }
            }
        }
    }
}
