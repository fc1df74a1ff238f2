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
