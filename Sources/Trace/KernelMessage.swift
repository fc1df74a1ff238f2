/// One message of a guest kernel's log.
package struct KernelMessage: Equatable, Sendable {
    /// Syslog severities, `KERN_EMERG` to `KERN_DEBUG`.
    package enum Level: UInt8, Comparable, CaseIterable, Sendable {
        case emergency, alert, critical, error, warning, notice, info, debug

        /// The name that `dmesg --decode` prints.
        package var name: String {
            switch self {
            case .emergency: "emerg"
            case .alert: "alert"
            case .critical: "crit"
            case .error: "err"
            case .warning: "warn"
            case .notice: "notice"
            case .info: "info"
            case .debug: "debug"
            }
        }

        /// A more severe level is smaller, as in syslog.
        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// A property that the kernel attached, such as `SUBSYSTEM=pci`.
    struct Field: Equatable, Sendable {
        var key: String
        var value: String
    }

    /// The record's number since boot; a console log has none.
    package var sequence: UInt64?
    /// When the kernel said it, on its own clock.
    package var time: GuestTime
    /// `nil` in a console log, which does not say.
    package var level: Level?
    /// The syslog facility: 0 is the kernel, 1 and up are user space writing to `/dev/kmsg`.
    package var facility: UInt?
    /// What it said, as `ByteText`, without stamp and level; in a record of `/dev/kmsg` it may have several lines.
    package var text: String
    var fields: [Field] = []
    /// The kernel printed this piece of a line on its own (flag `c`).
    var isFragment = false
    /// Counts the reboots that a console log shows; 0 for the first boot.
    var boot = 0

    init(
        sequence: UInt64? = nil, time: GuestTime, level: Level? = nil, facility: UInt? = nil, text: String,
        fields: [Field] = [], isFragment: Bool = false, boot: Int = 0
    ) {
        self.sequence = sequence
        self.time = time
        self.level = level
        self.facility = facility
        self.text = text
        self.fields = fields
        self.isFragment = isFragment
        self.boot = boot
    }

    /// What popcorn-lab itself wrote there to read the kernel's clock; nobody wants to see it.
    package var isClockReading: Bool { text.hasPrefix("popcorn-lab: clock ") }

    /// The facility by its syslog name, or its number where it has none.
    package var facilityName: String? {
        guard let facility else { return nil }
        if facility < Self.facilities.count { return Self.facilities[Int(facility)] }
        return (16...23).contains(facility) ? "local\(facility - 16)" : String(facility)
    }

    private static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    ]

    /// What `dmesg` prints: `[    1.234567] text`.
    package var classicLine: String {
        let total = max(0, time.nanoseconds) / 1000
        let seconds = String(total / 1_000_000)
        let fraction = String(1_000_000 + total % 1_000_000).dropFirst()
        return "[" + String(repeating: " ", count: max(0, 5 - seconds.utf8.count)) + "\(seconds).\(fraction)] \(text)"
    }
}
