import Support

/// What a console waits for, by the last line that it has written.
package enum ConsolePrompt: Equatable {
    /// A user's name.
    case login
    /// A password.
    case password
    /// A command, most likely.
    case shell
    /// Nothing that is known: the guest boots, or a program runs.
    case unknown

    /// - Parameter bytes: what the console has written last.
    package init(_ bytes: [UInt8]) {
        let end = bytes.suffix(200)
        let line = end.lastIndex(of: UInt8(ascii: "\n")).map { end[($0 + 1)...] } ?? end
        let text = ConsoleText.plain(ByteText.text(Array(line)))
        let trimmed = text.drop { $0 == " " || $0 == "\r" }
        let words = String(trimmed.reversed().drop { $0 == " " }.reversed())
        if words.lowercased().hasSuffix("login:") {
            self = .login
        } else if words.lowercased().hasSuffix("password:") {
            self = .password
        } else if let last = words.last, "#$%>".contains(last), !words.hasPrefix("[") {
            self = .shell
        } else {
            self = .unknown
        }
    }
}

/// Text of a terminal, without what is for the terminal.
package enum ConsoleText {
    /// Without escape sequences (ECMA-48: ESC [ … final byte) and control characters.
    package static func plain(_ text: some StringProtocol) -> String {
        var result = ""
        var rest = String(text).unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\u{1b}" {
                guard rest.first == "[" else {
                    _ = rest.popFirst()
                    continue
                }
                rest = rest.dropFirst().drop { $0.value < 0x40 || $0.value > 0x7e }.dropFirst()
            } else if scalar.value >= 0x20 || scalar == "\t" {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
