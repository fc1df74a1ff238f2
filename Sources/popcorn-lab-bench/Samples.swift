/// Measurements of one thing, in the order in which they were taken.
struct Samples: Encodable, Sendable {
    var values: [Double]

    init(_ values: [Double] = []) { self.values = values }

    private enum CodingKeys: CodingKey {
        case count, median, min, max, values
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(values.count, forKey: .count)
        try container.encode(median, forKey: .median)
        try container.encode(min, forKey: .min)
        try container.encode(max, forKey: .max)
        try container.encode(values, forKey: .values)
    }

    /// The middle value; of an even number the mean of the two in the middle. Not a number if there is none.
    var median: Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    var min: Double { values.min() ?? .nan }
    var max: Double { values.max() ?? .nan }
}

/// Two things measured in turns, A B B A, so that what changes on the host meanwhile hits both alike.
struct Interleaved: Sendable {
    private(set) var ours = Samples()
    private(set) var reference = Samples()

    /// - Parameter pairs: how often each of the two is measured.
    static func measure(
        pairs: Int, ours: () async throws -> Double, reference: () async throws -> Double
    ) async throws -> Interleaved {
        var result = Interleaved()
        for pair in 0..<pairs {
            try Task.checkCancellation()
            if pair.isMultiple(of: 2) {
                result.ours.values.append(try await ours())
                result.reference.values.append(try await reference())
            } else {
                result.reference.values.append(try await reference())
                result.ours.values.append(try await ours())
            }
        }
        return result
    }
}
