import Support
import UserInput

/// What a line of a kernel's log looks like: a POSIX extended regular expression (regex(7)), in which `\d`, `\s` and `\w` mean what
/// they do elsewhere.
///
/// Guests look for it by regexec(3), as this does, so that both find the same.
package struct MessagePattern: TextValue {
    /// As it was written.
    package let description: String

    /// - Throws: `InputError` with what regcomp(3) says of it.
    package init(parsing text: String) throws(InputError) {
        description = text
        var compiled = regex_t()
        let error = regcomp(&compiled, Self.translated(text), REG_EXTENDED)
        guard error == 0 else {
            var message = [CChar](repeating: 0, count: 128)
            regerror(error, &compiled, &message, message.count)
            let said = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw InputError(.invalidValue, "'\(text)' is not a regular expression: \(said)")
        }
        regfree(&compiled)
        guard text.utf8.count <= Self.longest, !text.utf8.contains(where: { $0 < 0x20 }) else {
            throw InputError(.invalidValue, "a regular expression is one line of at most \(Self.longest) bytes")
        }
    }

    /// What a guest's init has room for.
    private static let longest = 200

    /// In the form that regcomp(3) knows everywhere.
    package var posix: String { Self.translated(description) }

    private static func translated(_ text: String) -> String {
        text.replacing(#"\d"#, with: "[0-9]").replacing(#"\s"#, with: "[[:space:]]")
            .replacing(#"\w"#, with: "[[:alnum:]_]")
    }

    /// What the parentheses match in a line, or all of it without parentheses; `nil` if the line does not match.
    package func groups(in line: String) -> [String]? {
        var compiled = regex_t()
        guard regcomp(&compiled, posix, REG_EXTENDED) == 0 else { return nil }
        defer { regfree(&compiled) }
        let count = compiled.re_nsub + 1
        var found = [regmatch_t](repeating: regmatch_t(), count: count)
        guard regexec(&compiled, line, count, &found, 0) == 0 else { return nil }
        let bytes = Array(line.utf8)
        return (count == 1 ? found[...] : found.dropFirst()).map { match in
            match.rm_so < 0 ? "" : String(decoding: bytes[Int(match.rm_so)..<Int(match.rm_eo)], as: UTF8.self)
        }
    }

    /// How many parentheses it has.
    package var groupCount: Int {
        var compiled = regex_t()
        guard regcomp(&compiled, posix, REG_EXTENDED) == 0 else { return 0 }
        defer { regfree(&compiled) }
        return compiled.re_nsub
    }
}
