/// Text from guests and files made safe for a terminal, which takes some characters for orders.
package enum VisibleText {
    /// `text` with what a terminal would obey, or hide, written as escapes: `\x1b`, `\u202e`.
    ///
    /// These are control characters but for tabs, bytes that are no UTF-8 (`ByteText`), and what reorders or breaks lines in
    /// Unicode. A backslash stays one backslash, so that paths and quotations read as they are.
    /// - Parameter keepsLines: let newlines stand, in a text that is meant to have several lines.
    package static func text(_ text: String, keepsLines: Bool = false) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x20..<0x7f).contains(byte) || byte == 0x09 || keepsLines && byte == 0x0a
        }
        if isPlain { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if let byte = ByteText.byte(scalar) {
                result += "\\x" + hexadecimal([byte])
            } else if scalar == "\t" || keepsLines && scalar == "\n" || !isUnsafe(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.value < 0x80 {
                result += "\\x" + hexadecimal([UInt8(scalar.value)])
            } else {
                result += escape(scalar, "\\u{", "}")
            }
        }
        return result
    }

    /// JSON with the same characters as JSON's own escapes; it may stand in a terminal and is equal to every parser.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isUnsafe($0) && $0 != "\n" || ByteText.byte($0) != nil }) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if ByteText.byte(scalar) != nil {
                // JSON has no bytes.
                result += "\u{fffd}"
            } else if isUnsafe(scalar), scalar != "\n" {
                for unit in String(Character(scalar)).utf16 { result += "\\u" + padded(UInt32(unit)) }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func escape(_ scalar: Unicode.Scalar, _ open: String, _ close: String) -> String {
        open + padded(scalar.value) + close
    }

    private static func padded(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Control characters, C1 included; format characters: marks of direction, invisible ones.
        case .control, .lineSeparator, .paragraphSeparator: true
        // But what joins letters and emoji is part of ordinary text.
        case .format: scalar.value != 0x200c && scalar.value != 0x200d && scalar.value != 0xad
        default: false
        }
    }
}
