import FoundationEssentials
import Support

/// `@FILE` on a command line: the words of that file, as gcc reads them (libiberty's `expandargv`).
enum ResponseFile {
    /// gcc's limit, by which it ends files that name themselves.
    private static let limit = 2000

    /// Replaces each `@FILE` that can be read, in files too; any other stays as it is.
    static func expand(_ arguments: [String]) throws -> [String] {
        var words: [String] = [], rest = Array(arguments.reversed()), count = 0
        while let word = rest.popLast() {
            guard word.hasPrefix("@"), let content = try? AtomicFile.read(String(word.dropFirst()))
            else {
                words.append(word)
                continue
            }
            count += 1
            guard count <= limit else {
                throw CompilerError(.usage, "\(word): too many @-files, or one that names itself")
            }
            rest += split(Array(content)).reversed()
        }
        return words
    }

    /// Words are separated by white space; quotes of either kind keep it, and a backslash any character, in quotes too.
    static func split(_ text: [UInt8]) -> [String] {
        var words: [String] = [], word: [UInt8] = [], isWord = false, isEscaped = false
        var quote: UInt8?
        for character in text {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == UInt8(ascii: "\\") {
                (isEscaped, isWord) = (true, true)
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == UInt8(ascii: "'") || character == UInt8(ascii: "\"") {
                (quote, isWord) = (character, true)
            } else if character == UInt8(ascii: " ") || (9...13).contains(character) {
                if isWord { words.append(String(decoding: word, as: UTF8.self)) }
                (word, isWord) = ([], false)
            } else {
                word.append(character)
                isWord = true
            }
        }
        if isWord { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
