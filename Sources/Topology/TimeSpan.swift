import UserInput

/// A length of time in whole milliseconds, written with its unit.
package struct TimeSpan: TextValue, Comparable {
    /// The length; `init(parsing:)` gives none below zero.
    package var milliseconds: Int

    /// Takes a number of milliseconds as it is.
    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// A whole number and one of the units ms, s, min, h; a number without unit is refused, since readers would
    /// disagree.
    package init(parsing text: String) throws(InputError) {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let factor: Int? =
            switch text.dropFirst(number.count).drop(while: { $0 == " " }) {
            case "ms": 1
            case "s": 1000
            case "min": 60_000
            case "h": 3_600_000
            default: nil
            }
        guard let factor, let count = Int(digits: number) else {
            throw InputError(
                .invalidValue,
                "'\(text)' is not a length of time; expected a whole number and a unit: ms, s, min or h, such as 5s")
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw InputError(.invalidValue, "'\(text)' is too long a time") }
        self.milliseconds = milliseconds
    }

    /// The same length for Swift's clocks.
    package var duration: Duration { .milliseconds(milliseconds) }

    package var description: String {
        let units = [("h", 3_600_000), ("min", 60_000), ("s", 1000)]
        guard let (unit, factor) = units.first(where: { milliseconds > 0 && milliseconds.isMultiple(of: $0.1) }) else {
            return "\(milliseconds)ms"
        }
        return "\(milliseconds / factor)\(unit)"
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.milliseconds < right.milliseconds }
}
