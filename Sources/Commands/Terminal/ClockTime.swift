import Support

/// A time of the host's clock as people read it: `14:03:27.123456`, in local time.
enum ClockTime {
    /// - Parameter microseconds: since the epoch.
    static func text(_ microseconds: Double) -> String {
        let whole = Int64(microseconds)
        var seconds = time_t(whole / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { String($0).leftPadded(to: 2, with: "0") }
        return clock.joined(separator: ":") + "." + String(whole % 1_000_000).leftPadded(to: 6, with: "0")
    }
}

/// A time since a guest's boot as dmesg prints it: `   12.345678`.
enum GuestStamp {
    static func text(_ microseconds: Double) -> String {
        let whole = Int64(microseconds)
        return String(whole / 1_000_000).leftPadded(to: 5) + "."
            + String(whole % 1_000_000).leftPadded(to: 6, with: "0")
    }
}
