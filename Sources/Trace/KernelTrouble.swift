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
        /// The kernel killed what it was doing, or its memory is not what it should be: an oops, a BUG, a bad memory access
        /// that KASAN found, a corrupt list.
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

    /// Makes a sign that was found, or is expected to be.
    package init(severity: Severity, marker: String) {
        self.severity = severity
        self.marker = marker
    }

    /// Whether a run with this line in a log can still count as passed: anything from a warning up cannot.
    package var isFailure: Bool { severity > .detail }

    /// Looks for a known sign in one line of kernel text; `nil` if there is none.
    ///
    /// The phrases are those of `signs`.
    package static func find(in text: String) -> KernelTrouble? {
        var line = text
        return line.withUTF8 { bytes in
            for sign in signs {
                if sign.atStart ? starts(bytes, with: sign.marker) : find(sign.marker, in: bytes) != nil {
                    return KernelTrouble(severity: sign.severity, marker: sign.marker)
                }
            }
            return nil
        }
    }

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

    private static func starts(_ bytes: UnsafeBufferPointer<UInt8>, with marker: String) -> Bool {
        bytes.starts(with: marker.utf8)
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
