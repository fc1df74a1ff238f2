import FoundationEssentials

/// Numbers and times as text, the same in every locale.
package enum DecimalText {
    /// With a fixed count of decimals; what is too large for that as Swift prints it.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        var scale: Int64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int64((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && whole != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % scale)
        return "\(sign)\(whole / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }

    /// With three significant digits or all those of the whole part: `0.0123`, `1.23`, `12.3`, `1234`.
    package static func short(_ value: Double) -> String {
        let size = abs(value)
        guard size.isFinite, size < 1e12, size == 0 || size >= 1e-6 else { return "\(value)" }
        if value == value.rounded() { return fixed(value, 0) }
        var decimals = 2
        var limit = 1.0
        while size < limit, decimals < 8 {
            limit /= 10
            decimals += 1
        }
        return fixed(value, size < 10 ? decimals : size < 100 ? 1 : 0)
    }

    /// A difference of a ratio from 1: `+8.2 %`.
    package static func percent(_ value: Double) -> String { (value < 0 ? "" : "+") + fixed(value * 100, 1) + " %" }

    /// A length of time: `0.04 s`, `12.3 s`, `3 min 20 s`, `2 h 5 min`.
    package static func seconds(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value) s" }
        let whole = Int64(value.rounded())
        switch value {
        case ..<10: return fixed(value, 2) + " s"
        case ..<60: return fixed(value, 1) + " s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }

    /// A time of the host's clock in UTC: `2026-11-30T16:00:00Z`. Times that no calendar of ours has are moved to its ends.
    ///
    /// - Parameter time: seconds since 1970.
    package static func utc(_ time: Double) -> String {
        let last = 253_402_300_799.0
        return Date(timeIntervalSince1970: time.isFinite ? min(max(time, 0), last) : 0).formatted(.iso8601)
    }
}
