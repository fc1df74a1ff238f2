/// What a kernel says has happened to it since its boot that makes reports about it doubtful:
/// `/proc/sys/kernel/tainted` (Documentation/admin-guide/tainted-kernels).
package struct KernelTaint: OptionSet, Codable, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// A CPU reported a hardware error.
    package static let machineCheck = KernelTaint(rawValue: 1 << 4)
    /// `Bad page state`.
    package static let badPage = KernelTaint(rawValue: 1 << 5)
    /// An oops or a BUG.
    package static let died = KernelTaint(rawValue: 1 << 7)
    /// A `WARNING:`.
    package static let warned = KernelTaint(rawValue: 1 << 9)
    /// A soft lockup.
    package static let softLockup = KernelTaint(rawValue: 1 << 14)

    /// What says that the kernel itself was not well, unlike modules from outside, which every guest of ours has.
    package static let trouble: KernelTaint = [.machineCheck, .badPage, .died, .warned, .softLockup]

    /// The letter of each bit, in their order, as the kernel prints them in an oops.
    private static let letters = Array("PFSRMBUDAWCIOELKXTN")

    /// The letters of the flags that are set, such as `OE`; empty if there are none.
    package var letters: String {
        let known = Self.letters.enumerated().filter { rawValue & 1 << UInt64($0.offset) != 0 }.map(\.element)
        return String(known)
    }
}
