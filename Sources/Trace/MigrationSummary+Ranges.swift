extension MigrationSummary {
    /// Pages beside each other, of one thing and about as hot as each other, as people want to read of them.
    package struct PageRange: Equatable, Sendable {
        /// The process that all of the pages are of; see `Page.process`.
        package var process: String
        /// The pages' sum, but for the address, which is the first one's, and the place.
        package var sum: Page
        /// How many pages, each of 4 KiB.
        package var count: Int
        /// `0x100000000`, or `0x100000000-0x100003fff`.
        package var addresses: String
        /// `counter`, or `heap, 4 pages`; `nil` if it is not known.
        package var place: String?
    }

    /// All pages in ranges, that with the hottest page first.
    package var pageRanges: [PageRange] { Self.ranges(of: pages) }

    static func ranges(of pages: [Page]) -> [PageRange] {
        var ranges: [(pages: [Page], first: UInt64)] = []
        let sorted = pages.compactMap { page in Self.number(page.address).map { (page: page, address: $0) } }
            .sorted { ($0.page.process, $0.address) < ($1.page.process, $1.address) }
        for (page, address) in sorted {
            if let last = ranges.last, address == last.first + UInt64(last.pages.count) * AddressMap.pageSize,
                Self.belongTogether(last.pages[0], page)
            {
                ranges[ranges.count - 1].pages.append(page)
            } else {
                ranges.append(([page], address))
            }
        }
        let hottest = ranges.map { range in
            (heat: range.pages.map(Self.heat).max { $0 < $1 } ?? (0, 0), range: Self.range(range.pages, range.first))
        }
        // The order of equally hot ones is that of their addresses.
        return hottest.enumerated().sorted { left, right in
            left.element.heat == right.element.heat
                ? left.offset < right.offset : left.element.heat > right.element.heat
        }.map(\.element.range)
    }

    private static func heat(_ page: Page) -> (Int, Int) { (page.remote, page.faults) }

    /// A hot page must not vanish among cold ones.
    private static func belongTogether(_ one: Page, _ other: Page) -> Bool {
        one.process == other.process && thing(one) == thing(other) && one.place != nil
            && max(one.faults, other.faults) <= 2 * min(one.faults, other.faults)
            && max(one.remote, other.remote) <= 2 * max(1, min(one.remote, other.remote))
    }

    /// Without the offset into it: `table+0x1000` is `table`.
    private static func thing(_ page: Page) -> Substring? {
        guard let place = page.place else { return nil }
        return place.contains(",") ? place[...] : place.prefix { $0 != "+" }
    }

    private static func range(_ pages: [Page], _ first: UInt64) -> PageRange {
        var sum = pages[0]
        for page in pages.dropFirst() {
            sum.faults += page.faults
            sum.remote += page.remote
            sum.writes += page.writes
            sum.failed += page.failed
            sum.waitMicroseconds += page.waitMicroseconds
        }
        let last = first + UInt64(pages.count) * AddressMap.pageSize - 1
        let isOne = pages.count == 1
        return PageRange(
            process: sum.process, sum: sum, count: pages.count,
            addresses: isOne ? sum.address : "\(sum.address)-\(hexadecimal(last))",
            place: isOne ? sum.place : thing(sum).map { "\($0), \(pages.count) pages" })
    }

    private static func number(_ address: String) -> UInt64? { UInt64(address.dropFirst(2), radix: 16) }
}
