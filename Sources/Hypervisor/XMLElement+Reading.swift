extension XMLElement {
    /// The attributes of the first element in well-formed text, values unescaped; `nil` if the text breaks off or is not XML.
    ///
    /// This is all the reading that we need: libvirt has parsed and normalised the text before.
    static func attributes(ofFirstElementIn xml: String) -> [String: String]? {
        var scanner = Scanner(rest: xml.unicodeScalars[...])
        guard scanner.skip(past: "<") else { return nil }
        _ = scanner.token()
        var attributes: [String: String] = [:]
        while true {
            scanner.skipWhitespace()
            guard let next = scanner.rest.first else { return nil }
            if next == ">" || next == "/" { return attributes }
            let name = scanner.token()
            guard !name.isEmpty, scanner.skip("="), let value = scanner.quoted(), let text = unescaped(value) else {
                return nil
            }
            attributes[name] = text
        }
    }

    /// Replaces the predefined entities and character references; `nil` for an unknown one.
    static func unescaped(_ value: Substring.UnicodeScalarView) -> String? {
        var result = String.UnicodeScalarView()
        var rest = value
        while let scalar = rest.popFirst() {
            guard scalar == "&" else {
                result.append(scalar)
                continue
            }
            guard let end = rest.firstIndex(of: ";") else { return nil }
            guard let replacement = entity(String(rest[..<end])) else { return nil }
            result.append(replacement)
            rest = rest[rest.index(after: end)...]
        }
        return String(result)
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        let number: UInt32? =
            name.hasPrefix("#x")
            ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        return number.flatMap(Unicode.Scalar.init)
    }

    private struct Scanner {
        var rest: Substring.UnicodeScalarView

        mutating func skip(past scalar: Unicode.Scalar) -> Bool {
            guard let index = rest.firstIndex(of: scalar) else { return false }
            rest = rest[rest.index(after: index)...]
            return true
        }

        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard rest.first == scalar else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func skipWhitespace() {
            rest = rest.drop { $0.properties.isWhitespace }
        }

        /// A name: everything up to white space or one of `= / >`.
        mutating func token() -> String {
            let text = rest.prefix { !$0.properties.isWhitespace && $0 != "=" && $0 != "/" && $0 != ">" }
            rest = rest[text.endIndex...]
            return String(text)
        }

        mutating func quoted() -> Substring.UnicodeScalarView? {
            guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: quote) else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            return rest[..<end]
        }
    }
}
