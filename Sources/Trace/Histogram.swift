/// Counts values in classes that double: [0, 1), [1, 2), [2, 4), [4, 8) …
struct Histogram: Equatable, Codable, Sendable {
    /// One class of values, with how many fell into it.
    struct Bucket: Equatable, Codable, Sendable {
        /// Included.
        var low: Double
        /// Excluded.
        var high: Double
        var count: Int
    }

    private var counts: [Int] = []
    private(set) var total = 0

    init() {}

    /// Adds a value, such as a latency in µs. Negative values count as zero; what is not a number is left out.
    mutating func add(_ value: Double) {
        guard !value.isNaN else { return }
        let index = value < 1 ? 0 : min(63, Int(value.isFinite ? value.exponent : 62) + 1)
        while counts.count <= index { counts.append(0) }
        counts[index] += 1
        total += 1
    }

    mutating func add(_ other: Histogram) {
        while counts.count < other.counts.count { counts.append(0) }
        for (index, count) in other.counts.enumerated() { counts[index] += count }
        total += other.total
    }

    /// The classes from the first to the last that is not empty.
    var buckets: [Bucket] {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return []
        }
        return (first...last).map { index in
            Bucket(low: index == 0 ? 0 : Self.power(index - 1), high: Self.power(index), count: counts[index])
        }
    }

    private static func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// One line per class, `[  256,   512) µs     40 ########`, the longest bar `width` characters.
    func lines(unit: String = "µs", width: Int = 40) -> [String] {
        let buckets = buckets
        let most = buckets.map(\.count).max() ?? 0
        let places = buckets.last.map { Self.digits($0.high) } ?? 0
        let countPlaces = String(most).count
        return buckets.map { bucket in
            let bar = most == 0 ? 0 : (bucket.count * width + most - 1) / most
            return "[\(Self.padded(Self.whole(bucket.low), places)), \(Self.padded(Self.whole(bucket.high), places))) "
                + "\(unit) \(Self.padded(String(bucket.count), countPlaces)) " + String(repeating: "#", count: bar)
        }
    }

    private static func whole(_ value: Double) -> String { value < 1e15 ? String(Int64(value)) : String(value) }
    private static func digits(_ value: Double) -> Int { whole(value).count }
    private static func padded(_ text: String, _ places: Int) -> String {
        String(repeating: " ", count: max(0, places - text.count)) + text
    }
}
