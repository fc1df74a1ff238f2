import Topology
import UserInput

/// How long runs are kept: `30d`, `12w`, or a time as elsewhere, such as `36h`.
package struct RetentionSpan: TextValue {
    /// Never below zero.
    package var seconds: Double
    private let text: String

    private static let units: [(name: String, seconds: Double)] = [("d", 86_400), ("w", 7 * 86_400)]

    package init(parsing text: String) throws(InputError) {
        self.text = text
        for unit in Self.units where text.hasSuffix(unit.name) {
            if let count = Int(digits: text.dropLast(unit.name.count)) {
                seconds = Double(count) * unit.seconds
                return
            }
        }
        guard let span = TimeSpan(text) else {
            throw InputError(
                .invalidValue,
                "'\(text)' is no length of time; expected a whole number and a unit: d, w, h, min or s, such as 30d")
        }
        seconds = Double(span.milliseconds) / 1000
    }

    package var description: String { text }
}
