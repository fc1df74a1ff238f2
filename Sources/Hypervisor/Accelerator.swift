import Support

/// What runs a guest's instructions.
package enum Accelerator: String, Codable, Sendable, CaseIterable {
    /// The host's own CPU, for guests of its ISA.
    case kvm
    /// QEMU's translator, for any guest on any host.
    case tcg
}

/// What the user wants to run guests with.
package enum AcceleratorRequest: String, Codable, Sendable, CaseIterable {
    /// KVM where a probe guest boots under it, TCG elsewhere.
    case auto
    case kvm
    case tcg
}

extension TimeScale {
    /// The scale for guests under `accelerator`.
    package init(_ accelerator: Accelerator) {
        switch accelerator {
        case .kvm: self.init(factor: 1)
        case .tcg: self.init(factor: 5)
        }
    }
}
