/// What runs a guest's instructions.
public enum Accelerator: String, Codable, Sendable, CaseIterable {
    /// The host's own CPU, for guests of its ISA.
    case kvm
    /// QEMU's translator, for any guest on any host.
    case tcg
}

/// What the user wants to run guests with.
public enum AcceleratorRequest: String, Codable, Sendable, CaseIterable {
    /// KVM where a probe guest boots under it, TCG elsewhere.
    case auto
    case kvm
    case tcg
}

/// How much longer things may take under an accelerator than on real hardware. All time limits on guests go through it.
public struct TimeScale: Sendable, Hashable {
    public var factor: Int

    public init(_ accelerator: Accelerator) {
        switch accelerator {
        case .kvm: factor = 1
        case .tcg: factor = 5
        }
    }

    /// The scale for several guests that wait for each other: that of the slowest.
    public init(_ accelerators: some Sequence<Accelerator>) {
        factor = accelerators.map { TimeScale($0).factor }.max() ?? 1
    }

    /// `limit`, which is meant for a guest on real hardware, for this one.
    public func callAsFunction(_ limit: Duration) -> Duration { limit * factor }
}
