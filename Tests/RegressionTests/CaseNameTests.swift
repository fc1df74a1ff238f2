import Testing
import UserInput

@testable import Regression

@Suite("Ids of cases")
struct CaseNameTests {
    /// Texts that paths, shells and terminals take amiss.
    static let hostile = [
        "../..", "..", ".", "/etc/passwd", "a/b", "~", "~root", "$(reboot)", "`id`", "a;b", "a|b", "*", "?", "\\",
        "'x'",
        "\"a b\"", "-rf", "a\tb", "a\u{7}b", "é", "e\u{301}", "日本", "👩‍💻", "\u{202e}abc", "#x", "!x", "a&b", "<x>",
        "try-1", String(repeating: "a", count: 41), String(repeating: "ab ", count: 500),
    ]

    private func id(arguments: String) throws -> String {
        var one = try SampleSuite.one("arguments: x")
        one.point.arguments = arguments
        return CaseName("g", one.point, 1, of: 1).text
    }

    @Test("an id is a path that stays below its folder, and a word for every shell", arguments: hostile)
    func safe(text: String) throws {
        let id = try id(arguments: text)
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        #expect(parts.count == 6, "\(id)")
        for part in parts {
            #expect(!part.isEmpty && part != "." && part != ".." && part.utf8.count <= 47, "\(id)")
            #expect(
                part.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\\'\"$`;|&<>*?!#()[]{}".utf8.contains($0) }, "\(id)")
        }
    }

    @Test("texts that look alike in an id are told apart")
    func distinct() throws {
        #expect(Set(try Self.hostile.map { try id(arguments: $0) }).count == Self.hostile.count)
        #expect(try id(arguments: "a/b") != id(arguments: "a b"))
        #expect(
            try id(arguments: String(repeating: "x", count: 40)) != id(arguments: String(repeating: "x", count: 41)))
        #expect(try id(arguments: String(repeating: "x", count: 41)).contains("~"))
        #expect(
            try id(arguments: String(repeating: "x", count: 50)) != id(arguments: String(repeating: "x", count: 51)))
    }

    @Test(
        "an id never changes, since histories know cases by it",
        arguments: [
            ("--rounds 1", "g/is/pair/x86/none/--rounds-1"),
            ("a=b,c:d+e@f%g_h.i", "g/is/pair/x86/none/a=b,c:d+e@f%g_h.i"),
            ("a/b", "g/is/pair/x86/none/a-b~c14cdd"), ("..", "g/is/pair/x86/none/..~5ec1f7"),
            (String(repeating: "a", count: 40), "g/is/pair/x86/none/" + String(repeating: "a", count: 40)),
        ])
    func stable(text: String, expected: String) throws { #expect(try id(arguments: text) == expected) }

    @Test("a group's name with blanks and other signs makes ids, too")
    func groups() throws {
        #expect(try SampleSuite.cases("- {name: ../up and away, program: is}")[0].id.hasPrefix("..-up-and-away~"))
    }
}
