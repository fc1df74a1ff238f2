import Support

/// A time of the host's clock as people read it: `14:03:27.123456`, in local time.
enum ClockTime {
    /// - Parameter microseconds: since the epoch.
    static func text(_ microseconds: Double) -> String {
        let whole = Int64(microseconds)
        var seconds = time_t(whole / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int64($0), 2) }.joined(separator: ":")
        return "\(clock).\(padded(whole % 1_000_000, 6))"
    }

    static func padded(_ number: Int64, _ width: Int, with character: String = "0") -> String {
        let text = String(number)
        return String(repeating: character, count: max(0, width - text.count)) + text
    }
}

/// A time since a guest's boot as dmesg prints it: `   12.345678`.
enum GuestStamp {
    static func text(_ microseconds: Double) -> String {
        let whole = Int64(microseconds)
        return ClockTime.padded(whole / 1_000_000, 5, with: " ") + "." + ClockTime.padded(whole % 1_000_000, 6)
    }
}
