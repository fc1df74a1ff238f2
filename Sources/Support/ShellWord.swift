/// Quoting for a POSIX shell: a user's, or that of a guest (busybox `sh` in the embedded image).
package enum ShellWord {
    /// `word` so that a POSIX shell reads it as one word, byte for byte. Words without special characters stay as
    /// they are.
    package static func quote(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./:,+@%".utf8.contains(byte)
            }
        }
        if plain && !word.isEmpty { return word }
        // Within single quotes everything but the single quote is literal (POSIX.1-2017, Shell, 2.2.2).
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    /// The words of a command, each quoted, with spaces between.
    package static func join(_ words: some Sequence<String>) -> String {
        words.map(quote).joined(separator: " ")
    }

    /// Whether a shell accepts `name` as the name of a variable.
    package static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }
}

extension ShellWord {
    /// The words of a line, as a POSIX shell splits and unquotes them; nothing else of a shell's grammar means anything.
    ///
    /// - Returns: `nil` if a quote is not closed.
    package static func words(of line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = line[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case (quote, _?): quote = nil
            case ("\\", nil):
                guard let next = rest.popFirst() else { return nil }
                word = (word ?? "") + String(next)
            case ("\\", "\"") where rest.first.map { "\"\\$`".contains($0) } == true:
                word = (word ?? "") + String(rest.removeFirst())
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (" ", nil), ("\t", nil), ("\n", nil):
                if let whole = word { words.append(whole) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return quote == nil ? words : nil
    }
}
