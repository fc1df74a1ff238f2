import Results

/// From values to places in a picture.
struct Scale {
    let low: Double
    let high: Double
    let start: Double
    let length: Double

    /// - Parameters:
    ///   - values: what must have a place; those that are no numbers have none.
    ///   - padding: the part of the values' range that is left free at both ends.
    init(_ values: [Double], start: Double, length: Double, padding: Double = 0) {
        let finite = values.filter { $0.isFinite && abs($0) < 1e15 }
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        let room = (high - low) * padding
        self.low = low - room
        self.high = high + room
        self.start = start
        self.length = length
    }

    /// In the middle if all values are equal; never outside.
    func place(_ value: Double) -> Double {
        guard high > low, value.isFinite else { return start + length / 2 }
        return start + length * min(1, max(0, (value - low) / (high - low)))
    }

    /// Round values between both ends, at least two of them if there is a range.
    func ticks(_ count: Int, steps: [Double] = [1, 2, 5]) -> [Double] {
        guard high > low else { return [low] }
        var unit = 1.0
        while unit * 10 * Double(count) <= high - low { unit *= 10 }
        while unit * Double(count) > high - low { unit /= 10 }
        let step = (steps + [10]).map { $0 * unit }.first { $0 * Double(count) >= high - low } ?? unit * 10
        return ticks(every: step)
    }

    func ticks(every step: Double) -> [Double] {
        let first = (low / step).rounded(.up)
        return (0..<200).map { (first + Double($0)) * step }.prefix { $0 <= high + step * 1e-9 }.map(\.self)
    }
}

/// Pieces of SVG.
enum SVG {
    /// A number of a picture, to a tenth of a unit.
    static func number(_ value: Double) -> String {
        let text = DecimalText.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) -> String {
        #"<path class="\#(kind)" d="M\#(number(x1)) \#(number(y1))L\#(number(x2)) \#(number(y2))"/>"#
    }

    static func text(_ text: String, _ x: Double, _ y: Double, _ kind: String = "") -> String {
        let kind = kind.isEmpty ? "" : #" class="\#(kind)""#
        return #"<text x="\#(number(x))" y="\#(number(y))"\#(kind)>\#(XMLText.escaped(text))</text>"#
    }

    static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ kind: String) -> String {
        #"<rect class="\#(kind)" x="\#(number(x))" y="\#(number(y))" width="\#(number(width))" "#
            + #"height="\#(number(height))"/>"#
    }

    /// A whole picture, with words for those who do not see it.
    static func picture(width: Double, height: Double, kind: String, label: String, _ content: [String]) -> String {
        #"<svg class="\#(kind)" viewBox="0 0 \#(number(width)) \#(number(height))" width="\#(number(width))" "#
            + #"height="\#(number(height))" role="img" aria-label="\#(XMLText.escaped(label))">"#
            + content.joined(separator: "\n") + "</svg>"
    }
}
