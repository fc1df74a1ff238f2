/// One message of a guest kernel's log.
public struct KernelMessage: Equatable, Sendable {
    /// Syslog severities, `KERN_EMERG` to `KERN_DEBUG`.
    public enum Level: UInt8, Comparable, CaseIterable, Sendable {
        case emergency, alert, critical, error, warning, notice, info, debug

        /// The name that `dmesg --decode` prints.
        public var name: String {
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
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// A property that the kernel attached, such as `SUBSYSTEM=pci`.
    public struct Field: Equatable, Sendable {
        public var key: String
        public var value: String
    }

    /// The record's number since boot; a console log has none.
    public var sequence: UInt64?
    public var time: GuestTime
    /// `nil` in a console log, which does not say.
    public var level: Level?
    /// The syslog facility: 0 is the kernel, 1 and up are user space writing to `/dev/kmsg`.
    public var facility: UInt?
    public var text: String
    public var fields: [Field] = []
    /// The kernel printed this piece of a line on its own (flag `c`).
    public var isFragment = false
    /// Counts the reboots that a console log shows; 0 for the first boot.
    public var boot = 0

    public init(
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

    /// The facility by its syslog name, or its number where it has none.
    public var facilityName: String? {
        guard let facility else { return nil }
        if facility < Self.facilities.count { return Self.facilities[Int(facility)] }
        return (16...23).contains(facility) ? "local\(facility - 16)" : String(facility)
    }

    private static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    ]

    /// What `dmesg` prints: `[    1.234567] text`.
    public var classicLine: String {
        let total = max(0, time.nanoseconds) / 1000
        let seconds = String(total / 1_000_000)
        let fraction = String(1_000_000 + total % 1_000_000).dropFirst()
        return "[" + String(repeating: " ", count: max(0, 5 - seconds.utf8.count)) + "\(seconds).\(fraction)] \(text)"
    }
}
