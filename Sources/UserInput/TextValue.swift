/// A small value that people write and read as text, and that records keep as text.
package protocol TextValue: Codable, Hashable, Sendable, LosslessStringConvertible {
    /// - Throws: `InputError` with code `.invalidValue`, which names the accepted forms.
    init(parsing text: String) throws(InputError)
}

extension TextValue {
    /// The value that `text` stands for; `nil` where `init(parsing:)` throws.
    package init?(_ text: String) {
        guard let value = try? Self(parsing: text) else { return nil }
        self = value
    }

    package init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int {
    /// A number written in ASCII digits alone: no sign, no space.
    package init?(digits text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.init(text)
    }
}
