import Support
import TestSupport
import Testing

@Suite("Words of a shell")
struct ShellWordTests {
    @Test(
        "a line is split and unquoted as a shell does it",
        arguments: [
            ("", []), ("   \t\n ", []), ("a", ["a"]), (" a  b\tc\nd ", ["a", "b", "c", "d"]), ("'a b'", ["a b"]),
            ("\"a b\"", ["a b"]), ("a\\ b", ["a b"]), ("''", [""]), ("\"\" ''", ["", ""]), ("a''b", ["ab"]),
            ("a'b c'd", ["ab cd"]), ("'a\"b'", ["a\"b"]), ("\"a'b\"", ["a'b"]), ("'a\\b'", ["a\\b"]),
            ("\"a\\\"b\"", ["a\"b"]), ("\"a\\\\b\"", ["a\\b"]), ("\"a\\$b\\`c\"", ["a$b`c"]), ("\"a\\nb\"", ["a\\nb"]),
            ("\\'", ["'"]), ("\\\\", ["\\"]), ("é '日 本'", ["é", "日 本"]),
            ("$HOME `id` * ; | #x", ["$HOME", "`id`", "*", ";", "|", "#x"]),
            ("-n 'a b' --x=\"c d\"", ["-n", "a b", "--x=c d"]),
        ] as [(String, [String])])
    func words(line: String, expected: [String]) { #expect(ShellWord.words(of: line) == expected) }

    @Test(
        "a quote that is not closed is no line",
        arguments: ["'", "\"", "a 'b", "\"a\\\"", "a\\", "'a' 'b", "\"'", "'\\'  '"])
    func open(line: String) { #expect(ShellWord.words(of: line) == nil) }

    @Test("what is quoted reads back, whatever it is, also by a shell")
    func back() async throws {
        let words = [
            "", " ", "a b", "'", "\"", "\\", "$x", "`", "a\nb", "\t", "*", "é", "-n", "\\'", "''", "a\"'b", "~", "#",
            "e\u{301}'\u{301}",
        ]
        #expect(ShellWord.words(of: ShellWord.join(words)) == words)
        let shell = CommandLineTool(executable: "/bin/sh")
        let ending = try await shell(["-c", "printf '%s\\0' " + ShellWord.join(words)], limit: .seconds(60))
        #expect(
            ending.text.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init) == words)
    }

    @Test("random lines are split as a shell splits them")
    func random() async throws {
        let signs = ["a", " ", "'", "\"", "\\", "b", "\n"]
        let lines = (0..<300).map { _ in (0..<Int.random(in: 1...10)).map { _ in signs.randomElement() ?? "" }.joined()
        }
        // A backslash before a line's end joins lines in a shell, which no suite needs.
        for line in lines where !line.contains("\\\n") {
            guard let words = ShellWord.words(of: line) else { continue }
            // Line ends end commands, unless they are quoted.
            guard !line.contains("\n") else { continue }
            let ending = try await CommandLineTool(executable: "/bin/sh")(
                ["-c", "printf '<%s>' \(line)"], limit: .seconds(60))
            let expected = words.isEmpty ? "<>" : words.map { "<\($0)>" }.joined()
            #expect(ending.text == expected, "\(line)")
        }
    }
}
