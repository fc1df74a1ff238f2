/// One XML element: enough to write a domain description in which no value can break out of its place.
struct XMLElement: Sendable, Equatable {
    var name: String
    /// In the order in which they are written.
    var attributes: KeyValuePairs<String, String>
    var text: String?
    var children: [XMLElement]

    init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String? = nil) {
        self.name = name
        self.attributes = attributes
        self.text = text
        children = []
    }

    init(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
        @XMLChildren children: () -> [XMLElement]
    ) {
        self.init(name, attributes)
        self.children = children()
    }

    static func == (left: XMLElement, right: XMLElement) -> Bool { left.rendered() == right.rendered() }

    /// The element as indented text, every value escaped.
    func rendered(indent: Int = 0) -> String {
        let margin = String(repeating: " ", count: indent)
        var line = margin + "<" + name
        for (key, value) in attributes {
            line += " \(key)=\"\(Self.escaped(value))\""
        }
        if let text {
            return line + ">" + Self.escaped(text) + "</\(name)>\n"
        }
        if children.isEmpty { return line + "/>\n" }
        line += ">\n"
        for child in children { line += child.rendered(indent: indent + 2) }
        return line + margin + "</\(name)>\n"
    }

    /// White space is written as a reference too, since parsers turn it into blanks inside attributes.
    static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&apos;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether XML 1.0 can hold `value` at all: it has no way to write most control characters.
    static func canHold(_ value: String) -> Bool {
        value.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20
                ? scalar.value != 0xFFFE && scalar.value != 0xFFFF : "\t\n\r".unicodeScalars.contains(scalar)
        }
    }
}

/// Lists children with plain `if` and `for` between them.
@resultBuilder
enum XMLChildren {
    static func buildExpression(_ element: XMLElement) -> [XMLElement] { [element] }
    static func buildExpression(_ elements: [XMLElement]) -> [XMLElement] { elements }
    static func buildBlock(_ parts: [XMLElement]...) -> [XMLElement] { parts.flatMap { $0 } }
    static func buildOptional(_ part: [XMLElement]?) -> [XMLElement] { part ?? [] }
    static func buildEither(first: [XMLElement]) -> [XMLElement] { first }
    static func buildEither(second: [XMLElement]) -> [XMLElement] { second }
    static func buildArray(_ parts: [[XMLElement]]) -> [XMLElement] { parts.flatMap { $0 } }
}
