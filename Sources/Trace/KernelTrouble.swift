/// A sign in a kernel's log that the kernel is not well.
package struct KernelTrouble: Equatable, Sendable {
    /// How bad it is, from the least to the worst.
    package enum Severity: String, Comparable, Codable, CaseIterable, Sendable {
        /// A line that belongs to a report, such as `Call Trace:`.
        case detail
        /// The kernel found a broken rule and went on: `WARNING:`, lockdep, UBSAN.
        case warning
        /// Something does not go on: a task blocked for minutes, a stalled or locked-up CPU.
        case hang
        /// The kernel killed what it was doing: an oops, a BUG, a bad memory access that KASAN found.
        case oops
        /// The kernel stopped.
        case panic

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// How bad it is.
    package var severity: Severity
    /// The words of the line that gave it away.
    package var marker: String

    /// Whether a run with this line in a log can still count as passed: anything from a warning up cannot.
    package var isFailure: Bool { severity > .detail }

    /// Looks for a known sign in one line of kernel text; `nil` if there is none.
    ///
    /// The phrases are those of Linux 4.4 to 6.x (kernel/panic.c, lib/bug.c, arch/*/mm/fault.c, kernel/hung_task.c,
    /// kernel/watchdog.c, kernel/rcu/tree_stall.h) and of Popcorn's page server.
    package static func find(in text: String) -> KernelTrouble? {
        var line = text
        return line.withUTF8 { bytes in
            for sign in signs {
                if let place = find(sign.marker, in: bytes), !sign.atStart || place == 0 {
                    return KernelTrouble(severity: sign.severity, marker: sign.marker)
                }
            }
            return nil
        }
    }

    private struct Sign: Sendable {
        var severity: Severity
        var marker: String
        var atStart = false
    }

    // The first that fits counts: the special ones stand before the general ones.
    private static let signs: [Sign] = [
        Sign(severity: .panic, marker: "Kernel panic"),
        Sign(severity: .panic, marker: "Start panicking"),
        Sign(severity: .panic, marker: "page_server_panic"),
        Sign(severity: .hang, marker: "soft lockup"),
        Sign(severity: .hang, marker: "hard LOCKUP"),
        Sign(severity: .hang, marker: "Hard LOCKUP"),
        Sign(severity: .hang, marker: "workqueue lockup"),
        Sign(severity: .hang, marker: "blocked for more than"),
        Sign(severity: .hang, marker: "detected stall"),
        Sign(severity: .hang, marker: "detected expedited stalls"),
        Sign(severity: .hang, marker: "rcu_preempt kthread starved"),
        Sign(severity: .hang, marker: "rcu_sched kthread starved"),
        Sign(severity: .oops, marker: "kernel BUG at"),
        Sign(severity: .oops, marker: "BUG:"),
        Sign(severity: .oops, marker: "Oops"),
        Sign(severity: .oops, marker: "Internal error:"),
        Sign(severity: .oops, marker: "Unable to handle kernel"),
        Sign(severity: .oops, marker: "unable to handle kernel"),
        Sign(severity: .oops, marker: "general protection fault, probably", atStart: true),
        Sign(severity: .oops, marker: "general protection fault: 0000", atStart: true),
        Sign(severity: .oops, marker: "invalid opcode: 0000", atStart: true),
        Sign(severity: .oops, marker: "divide error: 0000", atStart: true),
        Sign(severity: .oops, marker: "Bad mode in"),
        Sign(severity: .oops, marker: "Fixing recursive fault but reboot is needed"),
        Sign(severity: .oops, marker: "Out of memory and no killable processes"),
        Sign(severity: .warning, marker: "WARNING:", atStart: true),
        Sign(severity: .warning, marker: "UBSAN:", atStart: true),
        Sign(severity: .warning, marker: "INFO: possible recursive locking detected", atStart: true),
        Sign(severity: .warning, marker: "INFO: trying to register non-static key", atStart: true),
        Sign(severity: .detail, marker: "Call Trace:"),
        Sign(severity: .detail, marker: "Call trace:"),
    ]

    /// Where `marker` starts in `bytes` as a word of its own, so that `DEBUG:` is no `BUG:`.
    private static func find(_ marker: String, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let wanted = marker.utf8
        guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
            if start > 0, isWord(bytes[start - 1]) { continue }
            if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return start }
        }
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension KernelMessage {
    /// What this message says about the kernel's health; what user space wrote to `/dev/kmsg` says nothing.
    package var trouble: KernelTrouble? {
        guard (facility ?? 0) == 0 else { return nil }
        return KernelTrouble.find(in: text)
    }
}
