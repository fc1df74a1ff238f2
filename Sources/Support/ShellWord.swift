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
        // Scalars, not characters: a quote with an accent is one character, and still a quote to a shell.
        var result = "'".unicodeScalars
        for scalar in word.unicodeScalars {
            if scalar == "'" { result.append(contentsOf: #"'\''"#.unicodeScalars) } else { result.append(scalar) }
        }
        result.append("'")
        return String(result)
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
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var rest = Substring(line).unicodeScalars
        func add(_ scalar: Unicode.Scalar) { word = (word ?? String.UnicodeScalarView()) + [scalar] }
        while let scalar = rest.popFirst() {
            switch (scalar, quote) {
            case (quote, _?): quote = nil
            case ("\\", nil):
                guard let next = rest.popFirst() else { return nil }
                add(next)
            case ("\\", "\"") where rest.first.map { "\"\\$`".unicodeScalars.contains($0) } == true:
                add(rest.removeFirst())
            case ("'", nil), ("\"", nil):
                quote = scalar
                word = word ?? String.UnicodeScalarView()
            case (" ", nil), ("\t", nil), ("\n", nil):
                if let whole = word { words.append(String(whole)) }
                word = nil
            default: add(scalar)
            }
        }
        if let word { words.append(String(word)) }
        return quote == nil ? words : nil
    }
}
