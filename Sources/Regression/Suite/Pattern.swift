import UserInput

/// A regular expression of a suite, in Swift's syntax, which is close to PCRE's. `^` and `$` match at line breaks.
package struct Pattern: TextValue {
    private let text: String

    package init(parsing text: String) throws(InputError) {
        do {
            _ = try Self.compiled(text)
        } catch {
            throw InputError(.invalidValue, "'\(text)' is no regular expression: \(error)")
        }
        self.text = text
    }

    // A `Regex` is not Sendable, so each use compiles its own.
    private static func compiled(_ text: String) throws -> Regex<AnyRegexOutput> {
        try Regex(text).anchorsMatchLineEndings()
    }

    /// Whether it matches anywhere.
    package func matches(_ subject: some StringProtocol) -> Bool {
        (try? Self.compiled(text).firstMatch(in: String(subject))) != nil
    }

    /// What its first group, or without one the whole expression, matches, at each place in order.
    package func captures(in subject: String) -> [Substring] {
        guard let regex = try? Self.compiled(text) else { return [] }
        return subject.matches(of: regex).compactMap { match in
            match.output.count > 1 ? match.output[1].substring : match.output[0].substring
        }
    }

    package var description: String { text }
}
