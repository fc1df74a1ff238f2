import Results
import UserInput

/// An amount of disk space, in bytes.
package struct DiskSize: TextValue, Comparable {
    /// Never below zero.
    package var bytes: Int64

    /// Takes a number of bytes as it is.
    package init(bytes: Int64) { self.bytes = bytes }

    private static let units: [(names: [String], bytes: Int64)] = [
        (["m", "mb", "mib"], 1 << 20), (["g", "gb", "gib"], 1 << 30), (["t", "tb", "tib"], 1 << 40),
    ]

    /// A whole number with one of the units M, MB, MiB, G, GB, GiB, T, TB, TiB in any case; all count in powers of two.
    package init(parsing text: String) throws(InputError) {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
        guard let unit = Self.units.first(where: { $0.names.contains(name) }), let count = Int64(digits: number) else {
            throw InputError(
                .invalidValue, "'\(text)' is no amount of disk space; expected a whole number and a unit, such as 20GiB"
            )
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow else { throw InputError(.invalidValue, "'\(text)' is more than any disk has") }
        self.bytes = bytes
    }

    /// `0 B`, `12.3 KiB`, `1.5 GiB`.
    package var description: String {
        var (value, unit) = (Double(bytes), "B")
        for larger in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 { (value, unit) = (value / 1024, larger) }
        return unit == "B" ? "\(bytes) B" : DecimalText.fixed(value, value < 100 ? 1 : 0) + " " + unit
    }

    package static func < (left: DiskSize, right: DiskSize) -> Bool { left.bytes < right.bytes }
}

extension Int64 {
    /// A number written in ASCII digits alone.
    fileprivate init?(digits text: Substring) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.init(text)
    }
}
