/// How much longer things may take in a guest than on real hardware. All time limits on guests go through it.
package struct TimeScale: Sendable, Hashable {
    private let factor: Int

    /// Makes a scale by which everything may take `factor` times as long: 1 for KVM, more for emulation.
    package init(factor: Int) { self.factor = factor }

    /// `limit`, which is meant for a guest on real hardware, for this one.
    package func callAsFunction(_ limit: Duration) -> Duration { limit * factor }
}
