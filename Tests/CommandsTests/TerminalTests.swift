import Testing

@testable import Commands

struct TerminalTests {
    @Test("columns are aligned, numbers to the right, and no line ends in spaces")
    func table() {
        var table = Table("NAME", ">N", "NOTE")
        table.add("x86", "5", "")
        table.add("arm", "1000", "far")
        #expect(table.lines == ["NAME     N  NOTE", "x86      5", "arm   1000  far"])
    }

    @Test(
        "numbers are rounded to their decimals",
        arguments: [(1.005, 1, "1.0"), (-0.04, 1, "0.0"), (2.5, 0, "3"), (12.345, 2, "12.35")])
    func fixed(value: Double, decimals: Int, text: String) {
        #expect(Fixed.text(value, decimals) == text)
    }

    @Test("a guest's time stamp looks as in dmesg")
    func stamp() {
        #expect(GuestStamp.text(4_302_068) == "    4.302068")
    }
}
