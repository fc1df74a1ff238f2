/// `KEY=VALUE` words, as our programs in the guests and our files in their `/proc` print them.
struct KeyValues: Sendable, Equatable {
    private let values: [String: String]

    /// Words of another form are passed over; of two with one key, the first counts.
    init(_ words: some Sequence<Substring>) {
        let pairs = words.compactMap { word -> (String, String)? in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: String) -> String? { values[key] }

    /// `nil` if there is no such key, or its value is no such number.
    func number<Number: LosslessStringConvertible>(_ key: String, as type: Number.Type = Number.self) -> Number? {
        values[key].flatMap(Number.init)
    }
}
