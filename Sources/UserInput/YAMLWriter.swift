/// Writes a mapping as YAML in block style, keys in the order in which they were added.
package struct YAMLWriter: Sendable {
    private var lines: [String] = []

    /// Begins a mapping without keys.
    package init() {}

    /// The mapping as a YAML document, each line with its newline; empty if nothing was added.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    /// Adds a text; an absent value adds nothing.
    package mutating func add(_ key: String, _ text: String?) {
        guard let text else { return }
        lines.append("\(key): \(Self.looksLikeNumber(text) ? Self.quoted(text) : Self.scalar(text))")
    }

    /// Adds a value in the form in which people write it; an absent value adds nothing.
    package mutating func add(_ key: String, _ value: (some TextValue)?) {
        if let value { lines.append("\(key): \(Self.scalar(value.description))") }
    }

    /// Adds a number in decimal digits; an absent one adds nothing.
    package mutating func add(_ key: String, _ number: Int?) {
        if let number { lines.append("\(key): \(number)") }
    }

    /// Adds a mapping under `key`, `{}` if it is empty.
    package mutating func add(_ key: String, _ mapping: YAMLWriter) {
        lines.append(mapping.lines.isEmpty ? "\(key): {}" : "\(key):")
        lines += mapping.lines.map { "  " + $0 }
    }

    /// Adds a list of mappings under `key`, `[]` if there are none.
    package mutating func add(_ key: String, _ items: [YAMLWriter]) {
        lines.append(items.isEmpty ? "\(key): []" : "\(key):")
        for item in items where item.lines.isEmpty { lines.append("  - {}") }
        for item in items {
            for (index, line) in item.lines.enumerated() { lines.append((index == 0 ? "  - " : "    ") + line) }
        }
    }

    /// Adds a list of texts under `key`; none adds nothing.
    package mutating func add(_ key: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        lines.append("\(key):")
        lines += texts.map { "  - " + (Self.looksLikeNumber($0) ? Self.quoted($0) : Self.scalar($0)) }
    }

    /// Texts that some YAML readers take for numbers or dates.
    private static func looksLikeNumber(_ text: String) -> Bool {
        text.utf8.first.map { (0x30...0x39).contains($0) } == true
            && text.lowercased().utf8.allSatisfy { "0123456789abcdefox.:+-_".utf8.contains($0) }
    }

    /// A text as a scalar: plain if that is safe, else in double quotes.
    private static func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./+=@?:".utf8.contains(byte)
            }
        }
        let first = text.utf8.first.map { Character(Unicode.Scalar($0)) }
        if isPlain, let first, first.isLetter || first.isNumber || first == "/", text.utf8.last != UInt8(ascii: ":"),
            !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        {
            return text
        }
        return quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value):
                "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            case "\u{2028}", "\u{2029}", "\u{feff}",
                _ where scalar.value > 0xffff:
                "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
                    + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
