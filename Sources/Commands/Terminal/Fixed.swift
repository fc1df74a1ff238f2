/// Numbers with a fixed count of decimals.
enum Fixed {
    static func text(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && whole != 0 ? "-" : ""
        let unit = Int64(scale)
        guard decimals > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole / unit).\(String(whole % unit).leftPadded(to: decimals, with: "0"))"
    }
}
