/// Compares what both binaries of a program must have at the same addresses.
///
/// That is the program's data, constants and function slots, libc's FILE objects and the migration flag. Code and libc's own
/// data may differ.
package struct LayoutComparison: Sendable {
    /// One line each: `name: address and size in the first, in the second`.
    package let differences: [String]
    /// How many symbols were compared.
    package let count: Int

    /// Compares the symbols and loaded sections of `.popcorn.*` in two binaries.
    ///
    /// - Throws: `BinaryError` with code `.format` if a symbol table is damaged.
    package init(_ first: ELFFile, _ second: ELFFile) throws(BinaryError) {
        let left = try Self.shared(first), right = try Self.shared(second)
        differences = Set(left.keys).union(right.keys).sorted().compactMap { name in
            let (a, b) = (left[name], right[name])
            return a == b ? nil : "\(name): \(Self.describe(a)), \(Self.describe(b))"
        }
        count = left.count
    }

    /// Symbols by name; a name that occurs more than once (static variables) by name and order of address.
    private static func shared(_ file: ELFFile) throws(BinaryError) -> [String: [UInt64]] {
        var result: [String: [UInt64]] = [:]
        let symbols = try file.symbols.filter { symbol in
            symbol.section.hasPrefix(".popcorn.") && !symbol.name.isEmpty && !symbol.name.hasPrefix("$")
                && [.untyped, .data, .function].contains(symbol.kind)
        }
        for symbol in symbols.sorted(by: { $0.address < $1.address }) {
            result[symbol.name, default: []] += [symbol.address, symbol.size]
        }
        for section in file.sections where section.name.hasPrefix(".popcorn.") && section.isLoaded {
            result["section " + section.name] = [section.address, section.size]
        }
        return result
    }

    private static func describe(_ numbers: [UInt64]?) -> String {
        guard let numbers else { return "missing" }
        return numbers.map { String($0, radix: 16) }.joined(separator: " ")
    }
}
