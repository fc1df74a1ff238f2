import Support

/// What a node's fabric interface does to the packets it sends: a set of `tc netem` parameters (tc-netem(8)).
///
/// It works in the guest, on the sending side, so both directions need both nodes.
package struct Impairment: Codable, Sendable, Equatable {
    /// Added to every packet, in µs.
    var delayMicroseconds: Int?
    /// Uniform variation of the delay, in µs.
    var jitterMicroseconds: Int?
    /// Part of the packets that is dropped, in percent.
    var lossPercent: Double?
    /// Bits per second.
    package var rate: Int?

    /// `delay` and `jitter` are in µs, `loss` is in percent, `rate` in bits per second; `nil` sets nothing.
    package init(delay: Int? = nil, jitter: Int? = nil, loss: Double? = nil, rate: Int? = nil) {
        delayMicroseconds = delay
        jitterMicroseconds = jitter
        lossPercent = loss
        self.rate = rate
    }

    /// Whether no parameter is set. A delay of zero is one that is set.
    package var isNone: Bool { self == Impairment() }

    /// Adds what `other` sets to this.
    package func merging(_ other: Impairment) -> Impairment {
        Impairment(
            delay: other.delayMicroseconds ?? delayMicroseconds, jitter: other.jitterMicroseconds ?? jitterMicroseconds,
            loss: other.lossPercent ?? lossPercent, rate: other.rate ?? rate)
    }

    /// The words of the command that makes `interface` behave so.
    package func command(interface: String) -> [String] {
        if isNone { return ["tc", "qdisc", "del", "dev", interface, "root"] }
        var words = ["tc", "qdisc", "replace", "dev", interface, "root", "netem"]
        if delayMicroseconds != nil || jitterMicroseconds != nil {
            words += ["delay", "\(delayMicroseconds ?? 0)us"]
            if let jitterMicroseconds { words.append("\(jitterMicroseconds)us") }
        }
        if let lossPercent { words += ["loss", "\(lossPercent)%"] }
        if let rate { words += ["rate", "\(rate)bit"] }
        return words
    }

    /// In words, for people: `delay 5 ms ± 1 ms, loss 1 %`; empty if there is none.
    package var summary: String {
        var parts: [String] = []
        if let delayMicroseconds {
            let jitter = jitterMicroseconds.map { " ± \(Self.milliseconds($0))" } ?? ""
            parts.append("delay \(Self.milliseconds(delayMicroseconds))\(jitter)")
        }
        if let lossPercent { parts.append("loss \(Self.short(lossPercent)) %") }
        if let rate { parts.append("rate \(rate) bit/s") }
        return parts.joined(separator: ", ")
    }

    private static func milliseconds(_ microseconds: Int) -> String { "\(short(Double(microseconds) / 1000)) ms" }

    /// `30` rather than `30.0`.
    private static func short(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}

extension Impairment {
    /// Reads `5ms`, `200us`, `1.5s` as µs; at most one minute.
    package static func duration(_ text: String) throws -> Int {
        let units: [(String, Double)] = [("us", 1), ("µs", 1), ("ms", 1e3), ("s", 1e6)]
        let value = number(text, units: units)
        guard let value, value >= 0, value <= 60e6 else {
            throw FabricError.badImpairment("'\(text)' is no delay: expected a number with us, ms or s, 60s at most")
        }
        return Int(value)
    }

    /// Reads `1%` or `0.5%`.
    package static func percentage(_ text: String) throws -> Double {
        guard let value = number(text, units: [("%", 1)]), value >= 0, value <= 100 else {
            throw FabricError.badImpairment("'\(text)' is no loss: expected 0% to 100%")
        }
        return value
    }

    /// Reads `10mbit`, `500kbit` or `1gbit` as bits per second.
    package static func rate(_ text: String) throws -> Int {
        let value = number(text.lowercased(), units: [("kbit", 1e3), ("mbit", 1e6), ("gbit", 1e9), ("bit", 1)])
        guard let value, value >= 1, value <= 1e12 else {
            throw FabricError.badImpairment("'\(text)' is no rate: expected a number with bit, kbit, mbit or gbit")
        }
        return Int(value)
    }

    private static func number(_ text: String, units: [(String, Double)]) -> Double? {
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            guard let value = Double(text.dropLast(suffix.count)), value.isFinite else { continue }
            return value * factor
        }
        return nil
    }
}
