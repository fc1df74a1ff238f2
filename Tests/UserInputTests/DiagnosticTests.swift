import Testing
import UserInput

@Suite struct DiagnosticTests {
    @Test("a diagnostic puts its caret under the column, also after tabs and past the line's end")
    func caret() {
        func lines(_ source: String?, column: Int) -> [Substring] {
            Diagnostic(
                file: "f", position: SourcePosition(line: 2, column: column), message: "m", sourceLine: source
            ).description.split(separator: "\n")
        }
        #expect(lines("ab: c", column: 5) == ["f:2:5: error: m", "ab: c", "    ^"])
        #expect(lines("\tab", column: 2) == ["f:2:2: error: m", "\tab", "\t^"])
        #expect(lines("ab", column: 5) == ["f:2:5: error: m", "ab", "    ^"])
        #expect(lines(nil, column: 5) == ["f:2:5: error: m"])
    }
}
