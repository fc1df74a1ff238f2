import Testing

@testable import Regression

@Suite("Where outputs differ")
struct OutputDifferenceTests {
    private func difference(_ got: [UInt8], _ expected: [UInt8]) -> [String]? {
        OutputDifference(got: got, expected: expected).map {
            ["\($0.line)"] + $0.details.map { String($0.dropFirst(10)) }
        }
    }

    private func difference(_ got: String, _ expected: String) -> [String]? {
        difference(Array(got.utf8), Array(expected.utf8))
    }

    @Test(
        "the line's number, what was expected and what came",
        arguments: [
            ("", "", nil), ("a\n", "a\n", nil), ("b", "a", ["1", "a", "b"]), ("", "a", ["1", "a", ""]),
            ("a", "", ["1", "", "a"]),
            ("ax", "a", ["1", "a", "ax"]), ("a\nbx\nc", "a\nby\nc", ["2", "by", "bx"]),
            ("a", "a\n", ["2", "", "(nothing more)"]),
            ("a\n", "a", ["2", "(nothing more)", ""]), ("a\n", "a\nb", ["2", "b", ""]),
            ("a\n\n", "a\n", ["3", "(nothing more)", ""]),
            ("\n", "", ["2", "(nothing more)", ""]), ("a\n\nb", "a\nb", ["2", "b", ""]),
        ])
    func lines(got: String, expected: String, found: [String]?) { #expect(difference(got, expected) == found) }

    @Test("bytes that are no text differ, too")
    func bytes() { #expect(difference([0x61, 0xff], [0x61, 0xfe])?.first == "1") }

    @Test("megabytes of lines are compared where they lie")
    func large() {
        var got = [UInt8](repeating: 0x0a, count: 1 << 21)
        let expected = got
        got[1 << 20] = 0x61
        #expect(difference(got, expected) == ["1048577", "", "a"])
    }
}
