import Support

/// The first line in which an output is not what it should be.
struct OutputDifference {
    /// From 1.
    let line: Int
    /// What was expected there, and what came.
    let details: [String]

    /// How much of a line is told, in bytes.
    private static let longest = 400

    /// `nil` if both are the same, byte by byte.
    init?(got: [UInt8], expected: [UInt8]) {
        guard got != expected else { return nil }
        let end = min(got.count, expected.count)
        let place = (0..<end).first { got[$0] != expected[$0] } ?? end
        let before = got[..<place]
        var start = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        var line = before.count { $0 == 0x0a } + 1
        // One ends within a line that the other ends too: they differ in what comes then.
        if place == end, (got.count > end ? got : expected)[end] == 0x0a {
            start = end + 1
            line += 1
        }
        func text(_ bytes: [UInt8]) -> String {
            guard start <= bytes.count else { return "(nothing more)" }
            return ByteText.text(bytes[start...].prefix(Self.longest).prefix { $0 != 0x0a })
        }
        self.line = line
        details = ["expected: \(text(expected))", "got:      \(text(got))"]
    }
}
