/// A moment on one guest's own clock: nanoseconds of its kernel's `local_clock()`, which starts at boot.
///
/// dmesg and ftrace (trace clock `local`) print it as seconds with six decimals, so most have a whole number of µs.
package struct GuestTime: Hashable, Comparable, Sendable {
    /// Since the guest's boot.
    package var nanoseconds: Int64

    /// Takes nanoseconds since the guest's boot.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// Takes the whole µs that dmesg and ftrace print; more than a clock can reach wraps around.
    package init(microseconds: Int64) {
        self.nanoseconds = microseconds.multipliedReportingOverflow(by: 1000).partialValue
    }

    /// µs since the guest's boot, with fraction.
    package var microseconds: Double { Double(nanoseconds) / 1000 }

    package static func < (left: GuestTime, right: GuestTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// A moment on the host's clock: nanoseconds since the Unix epoch (`CLOCK_REALTIME`).
package struct HostTime: Hashable, Comparable, Sendable {
    /// Since the Unix epoch; an `Int64` lasts until 2262.
    package var nanoseconds: Int64

    /// Takes nanoseconds since the epoch.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// Takes whole µs since the epoch; more than fits into nanoseconds wraps around.
    package init(microseconds: Int64) {
        self.nanoseconds = microseconds.multipliedReportingOverflow(by: 1000).partialValue
    }

    /// µs since the epoch. A `Double` holds today's to about 0.25 µs only; print `nanoseconds` where that matters.
    package var microseconds: Double { Double(nanoseconds) / 1000 }

    package static func < (left: HostTime, right: HostTime) -> Bool { left.nanoseconds < right.nanoseconds }
}
