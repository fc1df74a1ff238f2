import Testing

@testable import Trace

@Suite("Ranges of hot pages")
struct PageRangeTests {
    private func page(_ address: UInt64, _ faults: Int, _ place: String?, process: String = "0x1")
        -> MigrationSummary.Page
    {
        MigrationSummary.Page(
            process: process, address: MigrationSummary.hexadecimal(address), faults: faults, remote: faults, writes: 1,
            failed: 0, waitMicroseconds: 10, place: place)
    }

    private func ranges(_ pages: [MigrationSummary.Page]) -> [String] {
        MigrationSummary.ranges(of: pages).map {
            "\($0.addresses) \($0.sum.faults) \($0.place ?? "-")"
        }
    }

    @Test("pages of one region beside each other are one line, whatever their order")
    func fold() {
        let pages = (0..<20).map { page(0x1_0000_0000 + $0 * 4096, 2, "heap") }
        #expect(ranges(pages.reversed()) == ["0x100000000-0x100013fff 40 heap, 20 pages"])
        #expect(
            ranges([pages[0], pages[2], pages[3]]) == ["0x100000000 2 heap", "0x100002000-0x100003fff 4 heap, 2 pages"])
    }

    @Test("an array's pages are one line; other things, other processes and unknown places are not")
    func things() {
        #expect(
            ranges([page(0x1000, 3, "table"), page(0x2000, 3, "table+0x1000"), page(0x3000, 3, "table2")])
                == ["0x1000-0x2fff 6 table, 2 pages", "0x3000 3 table2"])
        #expect(
            ranges([page(0x1000, 3, "heap"), page(0x2000, 3, "heap", process: "0x2")]) == [
                "0x1000 3 heap", "0x2000 3 heap",
            ])
        #expect(ranges([page(0x1000, 3, nil), page(0x2000, 3, nil)]) == ["0x1000 3 -", "0x2000 3 -"])
    }

    @Test("a hot page does not vanish among cold ones, and comes first")
    func hot() {
        let pages = [
            page(0x1000, 2, "heap"), page(0x2000, 2, "heap"), page(0x3000, 90, "heap"), page(0x4000, 1, "heap"),
        ]
        #expect(ranges(pages) == ["0x3000 90 heap", "0x1000-0x2fff 4 heap, 2 pages", "0x4000 1 heap"])
    }
}
