import Support

/// A time of the host's clock with its day, as people read it: `2026-11-30 14:03`, in local time.
enum CalendarTime {
    /// - Parameter seconds: since 1970. A time that no calendar has is printed as a number.
    static func text(_ seconds: Double) -> String {
        guard abs(seconds) < 1e12 else { return "\(seconds)" }
        var whole = time_t(seconds.rounded(.down))
        var parts = tm()
        localtime_r(&whole, &parts)
        func two(_ number: Int32) -> String { String(number).leftPadded(to: 2, with: "0") }
        let day = [String(Int(parts.tm_year) + 1900), two(parts.tm_mon + 1), two(parts.tm_mday)]
        return day.joined(separator: "-") + " \(two(parts.tm_hour)):\(two(parts.tm_min))"
    }
}
