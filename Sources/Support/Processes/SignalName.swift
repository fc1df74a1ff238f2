/// Linux's signals by number, without `SIG`: those of x86-64 and aarch64 are the same (signal(7)).
package enum SignalName {
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]
    /// The C libraries keep the first two of the kernel's real-time signals, 32 and 33, for themselves.
    private static let firstRealTime: Int32 = 34
    private static let last: Int32 = 64

    /// `BUS` for 7, `RTMIN+3` for 37.
    package static func text(_ number: Int32) -> String {
        if (1...Int32(names.count)).contains(number) { return names[Int(number) - 1] }
        if (firstRealTime...last).contains(number) {
            return number == firstRealTime ? "RTMIN" : "RTMIN+\(number - firstRealTime)"
        }
        return "\(number)"
    }

    /// The number for a name as `text` gives it; `nil` for a stranger's, which may have `@` in it (RFC 4254, 6.10).
    package static func number(_ name: String) -> Int32? { (1...last).first { text($0) == name } }
}
