/// What lies where in a program's shared memory, so that a page can be called by name.
package struct AddressMap: Sendable {
    /// Something with a name: a variable, or a region.
    package struct Entry: Sendable {
        /// What to call it: the symbol of the program's ELF file, or `heap`.
        package var name: String
        /// The address of its first byte, the same on all nodes.
        package var start: UInt64
        /// Bytes.
        package var size: UInt64

        /// Makes a thing of `size` bytes from `start` on; a symbol without bytes is passed over.
        package init(name: String, start: UInt64, size: UInt64) {
            self.name = name
            self.start = start
            self.size = size
        }

        fileprivate var end: UInt64 { start.addingReportingOverflow(size).overflow ? .max : start + size }
    }

    private let symbols: [Entry]
    /// The end of the longest of the symbols up to each.
    private let reach: [UInt64]
    private let regions: [Entry]
    static let pageSize: UInt64 = 4096
    /// Names that are said of one page.
    private static let enough = 3

    /// - Parameters:
    ///   - symbols: the program's variables; they may overlap.
    ///   - regions: what to say of pages in which no symbol lies.
    package init(symbols: [Entry] = [], regions: [Entry] = []) {
        self.symbols = symbols.filter { $0.size > 0 }.sorted { ($0.start, $0.size) < ($1.start, $1.size) }
        var furthest: UInt64 = 0
        reach = self.symbols.map { symbol in
            furthest = max(furthest, symbol.end)
            return furthest
        }
        self.regions = regions
    }

    /// What lies in the page at `address`: the largest symbols first, or else the region; `nil` if that is not known.
    func describe(page address: UInt64) -> String? {
        let page = Entry(name: "", start: address & ~(Self.pageSize - 1), size: Self.pageSize)
        // The first symbol that can still reach into the page, by halving: `reach` only rises.
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if reach[middle] > page.start { high = middle } else { low = middle + 1 }
        }
        func overlap(_ entry: Entry) -> UInt64 {
            let (start, end) = (max(entry.start, page.start), min(entry.end, page.end))
            return end > start ? end - start : 0
        }
        let found = symbols[low...].prefix { $0.start < page.end }.filter { overlap($0) > 0 }
            .sorted { (overlap($1), $0.start) < (overlap($0), $1.start) }
        guard !found.isEmpty else { return regions.first { overlap($0) > 0 }?.name }
        let names = found.prefix(Self.enough).map { symbol in
            symbol.start < page.start ? "\(symbol.name)+0x\(String(page.start - symbol.start, radix: 16))" : symbol.name
        }
        let more = found.count - names.count
        return names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
